"""Give committed rows their place in the tree, and sign it: never two trees that contradict each other.

The steps stand in this order so that a crash between any two loses nothing and promises nothing false: places are
committed; the tree is compared with what this key signed last; the new note is put down beside the key; only then is
it shown to anybody. Sources: RFC 9162, c2sp.org/tlog-checkpoint ("MUST NOT sign a checkpoint inconsistent with ...").
"""

import base64
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.utils import timezone

from consent.ledger import digest, stamp
from consent.models import Checkpoint, Leaf, TreeNode
from consent.proof import keys
from consent.proof.check_record import NotGenuine, checkpoint, leaf_hash
from consent.proof.leaves import SOURCES
from consent.proof.tree import STEP, Missing, StoredTree

AT_ONCE = 5000  # rows a transaction, so that writers are not held up
# No transaction of ours runs for a day; whatever was committed before that has its place, so it is not looked for.
LOOK_BACK = timedelta(days=1)


class Refused(Exception):
    """Nothing was signed, because it would contradict what was signed before, or hide that something is missing."""


def make(key_file: Path, *, everything: bool = False) -> tuple[str, int]:
    """Place what was committed and sign the tree: the note, and how many rows got their place.

    ``everything`` looks through all rows for one without a place, not only through those of late. With nothing new the
    last note is returned as it was. Raises Refused and KeyProblem.
    """
    signer = keys.read_key(key_file)
    with keys.held(key_file):
        last = keys.last_signed(key_file)
        check_continues(last, [signer.public])
        if last:
            publish(last, [signer.public])
        placed = place_new_rows(everything=everything)
        tree = StoredTree()
        size = tree.size()
        if last and checkpoint(last, [signer.public]).size == size:
            return last, placed
        check_continues(last, [signer.public])
        note = signer.sign(text_of(signer.name, size, tree.root(size)))
        keys.keep_last(key_file, note)
        publish(note, [signer.public])
        return note, placed


def text_of(origin: str, size: int, root: bytes) -> str:
    """What is signed: the three lines of a checkpoint, and as extension lines when, and after which one."""
    lines = [origin, str(size), base64.b64encode(root).decode(), f"signed-at {stamp(timezone.now())}"]
    if before := Checkpoint.objects.order_by("pk").last():
        lines.append(f"follows {digest(before.note.encode())}")
    return "\n".join(lines) + "\n"


def check_continues(last: str, public: list[keys.PublicKey]) -> None:
    """The database still holds every leaf that was signed, as it was signed. Raises Refused."""
    newest = Checkpoint.objects.order_by("pk").last()
    for note, whose in ((last, "this key signed last"), (newest.note if newest else "", "the database holds")):
        if not note:
            continue
        try:
            signed = checkpoint(note, public)
        except NotGenuine as problem:
            if whose == "the database holds":
                continue  # of an earlier key; verify_record checks those
            raise Refused(f"The checkpoint that {whose} cannot be used: {problem}. Nothing was signed.") from None
        try:
            is_same = StoredTree().root(signed.size) == signed.root
        except Missing:
            is_same = False
        if not is_same:
            raise Refused(
                f"The database does not hold what the checkpoint that {whose} covers ({signed.size} rows, "
                f"{signed.signed_at}). Rows are missing or were changed; most likely the database was restored from an "
                "older backup. Nothing was signed. Find the missing rows (manage.py verify_record says what is wrong). "
                "If they are lost for good, write down why, keep this key and its .last file as evidence, and go on "
                "under a new name: manage.py checkpoint --make-key NEW-NAME."
            )


def place_new_rows(*, everything: bool) -> int:
    """Give every committed row without one its leaf index. The checkpoint command alone does this, one at a time."""
    placed = 0
    size = StoredTree().size()
    tree = StoredTree().frontier(size)
    before = None if everything else timezone.now() - LOOK_BACK
    for name in SOURCES:
        rows = new_rows(name, before)
        while batch := list(islice(rows, AT_ONCE)):
            leaves, nodes = [], []
            for row, data in batch:
                leaf = leaf_hash(data)
                leaves.append(Leaf(leaf_index=tree.size, source=name, row=row, hash=leaf))
                nodes += [
                    TreeNode(level=level, node_index=index, hash=value)
                    for level, index, value in tree.add(leaf)
                    if level % STEP == 0
                ]
            with transaction.atomic():
                Leaf.objects.bulk_create(leaves, batch_size=200)
                TreeNode.objects.bulk_create(nodes)
            placed += len(batch)
    return placed


def new_rows(name: str, before: datetime | None) -> Iterator[tuple[int, bytes]]:
    """Committed rows without a place; with ``before``, only those newer than the newest placed at that time."""
    source = SOURCES[name]
    placed = Leaf.objects.filter(source=name, row=OuterRef("pk"))
    rows = source.model._default_manager.filter(~Exists(placed))
    if before:
        rows = rows.filter(pk__gt=floor(name, before))
    found = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(found), AT_ONCE):
        yield from source.rows(source.model._default_manager.filter(pk__in=found[start : start + AT_ONCE]))


def floor(name: str, before: datetime) -> int:
    """The key of the newest row of a table that had its place at a time."""
    old = Checkpoint.objects.filter(at__lte=before).aggregate(size=Max("size"))["size"]
    if not old:
        return 0
    placed = Leaf.objects.filter(source=name, leaf_index__lt=old)
    return placed.aggregate(row=Max("row"))["row"] or 0


def publish(note: str, public: list[keys.PublicKey]) -> None:
    """Put a signed note into the database; one that is there already stays as it is."""
    signed = checkpoint(note, public)
    if not Checkpoint.objects.filter(note=note).exists():
        at = datetime.fromisoformat(signed.signed_at)
        Checkpoint(size=signed.size, root=signed.root.hex(), note=note, at=at).save()
