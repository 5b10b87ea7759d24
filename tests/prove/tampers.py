"""Somebody with every right to the database changes the record: is it found? And is nothing found where nobody did?

Every row that is tampered with stands under a checkpoint, and the tamperer knows the code: where it helps, hashes,
chains, projections, leaves and nodes are made to fit again. What they do not have is the signing key. (A row that is
newer than the newest checkpoint is protected by its chain alone; and a row added with the application's own rights,
newer than the newest checkpoint, is a row like any other: nothing finds that, here or elsewhere.)
"""

import contextlib
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import DatabaseError, transaction

from consent import facts
from consent.ledger import canonical, digest, read
from consent.models import (
    AccessEvent,
    Checkpoint,
    Entry,
    Explanation,
    Leaf,
    Presentation,
    Remark,
    SignOff,
    Status,
    TreeNode,
)
from consent.proof import keys, verify
from consent.proof.check_record import START, leaf_hash
from consent.proof.leaves import SOURCES
from consent.proof.merkle import Frontier
from consent.proof.tree import STEP
from registration.models import Patient
from tests.prove.life import Life
from tests.proving import unguarded

RECORD = [Entry, Explanation, Presentation, AccessEvent, SignOff, Leaf, TreeNode, Checkpoint, Remark, Status]


class Tamperer:
    """One change, drawn at random; ``what`` says what was done."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.what = ""

    def tamper(self) -> bool:
        """False where there was nothing to do it to."""
        deed = self.dice.choice(self.deeds())
        self.what = deed.__name__
        return deed() is not False

    def deeds(self) -> list[Callable[[], Any]]:
        return [
            self.change_a_column,
            self.change_a_column,
            self.change_a_column,
            self.remove_a_row,
            self.remove_a_row,
            self.copy_a_row,
            self.swap_two_rows,
            self.swap_two_places,
            self.change_an_answer_and_its_hash,
            self.change_an_answer_and_the_chain_after_it,
            self.change_an_answer_the_chain_and_the_tree,
            self.slip_in_a_line_at_the_end,
            self.take_off_the_end_of_a_chain,
            self.take_off_the_end_of_everything,
            self.move_a_line_to_somebody_else,
            self.change_what_was_shown,
            self.change_the_words,
            self.change_who_looked_and_the_leaf,
            self.change_a_projection,
            self.forge_a_checkpoint,
        ]

    def one(self, model: Any, **where: Any) -> Any:
        rows = list(model.objects.filter(**where).order_by("pk"))
        return self.dice.choice(rows) if rows else None

    def change(self, row: Any, /, **columns: Any) -> None:
        type(row).objects.filter(pk=row.pk).update(**columns)

    # -- without thinking ---------------------------------------------------------------------------------------------

    def change_a_column(self) -> Any:
        row = self.one(self.dice.choice(RECORD))
        if row is None:
            return False
        fields = [f for f in row._meta.concrete_fields if not f.primary_key and f.name != "merged_into"]
        field = self.dice.choice(fields)
        self.what += f" {type(row).__name__}.{field.name}"
        old = getattr(row, field.attname)
        new = self.another(row, field, old)
        if new == old:
            return False
        self.change(row, **{field.attname: new})
        return True

    def another(self, row: Any, field: Any, old: Any) -> Any:
        kind = field.get_internal_type()
        if kind == "ForeignKey":
            others = field.related_model.objects.exclude(pk=old).values_list("pk", flat=True)
            return self.dice.choice(list(others.order_by("pk"))) if others else old
        if kind == "UUIDField":
            return self.dice.choice(list(Patient.objects.values_list("record_id", flat=True)))
        if kind == "DateTimeField":
            return (old or row_time()) + timedelta(microseconds=self.dice.choice([1, -1, 10**6, -(10**9)]))
        if kind == "BinaryField":
            return flipped(bytes(old), self.dice)
        if isinstance(old, int):
            return old + self.dice.choice([1000, 1])
        text = str(old)
        if not text or self.dice.random() < 0.2:
            return text + self.dice.choice("xyz ")
        place = self.dice.randrange(len(text))
        return text[:place] + self.dice.choice("xyz01 ") + text[place + 1 :]

    def remove_a_row(self) -> Any:
        row = self.one(self.dice.choice(RECORD))
        if row is None:
            return False
        self.what += f" {type(row).__name__}"
        if isinstance(row, Explanation):
            Presentation.objects.filter(explanation=row).delete()
        return bool(type(row).objects.filter(pk=row.pk).delete()[0])

    def copy_a_row(self) -> Any:
        """A second row that says the same, or nearly: where a column must be unique, and where it would be new."""
        row = self.one(
            self.dice.choice([Entry, Presentation, AccessEvent, SignOff, Checkpoint, Leaf, TreeNode, Remark])
        )
        if row is None:
            return False
        self.what += f" {type(row).__name__}"
        if isinstance(row, Leaf):
            last = Leaf.objects.order_by("-leaf_index")[0].leaf_index
            row.leaf_index, row.row = last + 1, row.row + 10**6
        elif isinstance(row, TreeNode):
            row.node_index += 10**6
        else:
            if isinstance(row, Entry):
                row.seq, row.hash = Entry.objects.filter(chain=row.chain).count() + 1, digest(row.hash.encode())
            if isinstance(row, Presentation):
                row.hash = digest(row.hash.encode())
            if isinstance(row, Checkpoint):
                row.note += "— else AAAAAAAA\n"
            if isinstance(row, Remark):
                row.seal = digest(row.seal.encode())
            else:
                row.pk = None
        type(row).objects.bulk_create([row])
        if isinstance(row, AccessEvent | SignOff):
            self.change(row, at=row.at - timedelta(hours=2))
        return True

    def swap_two_rows(self) -> Any:
        """What two rows say changes places."""
        model = self.dice.choice([Entry, Presentation, AccessEvent, Leaf, Checkpoint, Status])
        rows = list(model.objects.order_by("pk"))
        if len(rows) < 2:
            return False
        self.what += f" {model.__name__}"
        one, other = self.dice.sample(rows, 2)
        names = {Entry: ["body"], Presentation: ["body"], AccessEvent: ["chain", "who", "at"], Leaf: ["hash"]}.get(
            model, ["size", "root"] if model is Checkpoint else ["body"]
        )
        here, there = ({name: getattr(row, name) for name in names} for row in (one, other))
        if all(plain(here[name]) == plain(there[name]) for name in names):
            return False
        self.change(one, **there)
        self.change(other, **here)
        return True

    def swap_two_places(self) -> Any:
        """Two lines of one chain, each as it is, change places."""
        line = self.one(Entry, seq__gt=1)
        if line is None:
            return False
        before = Entry.objects.get(chain=line.chain, seq=line.seq - 1)
        self.change(line, seq=10**6)
        self.change(before, seq=line.seq)
        self.change(line, seq=line.seq - 1)
        return True

    # -- by somebody who knows the code -------------------------------------------------------------------------------

    def a_decision(self) -> Any:
        return self.one(Entry, kind="decision")

    def other_answer(self, line: Entry) -> bytes:
        said = read(line)
        answers = {"yes", "no", "later"} - {said["data"]["answer"]}
        said["data"]["answer"] = self.dice.choice(sorted(answers))
        return canonical(said)

    def change_an_answer_and_its_hash(self) -> Any:
        line = self.a_decision()
        if line is None:
            return False
        body = self.other_answer(line)
        self.change(line, body=body, hash=digest(body))
        refreshed(line.chain)
        return True

    def change_an_answer_and_the_chain_after_it(self) -> Any:
        """Every hash fits again, and so does what is projected."""
        line = self.a_decision()
        if line is None:
            return False
        rechained(line, self.other_answer(line))
        refreshed(line.chain)
        return True

    def change_an_answer_the_chain_and_the_tree(self) -> Any:
        """And every leaf and node: all that is not signed."""
        if self.change_an_answer_and_the_chain_after_it() is False:
            return False
        replanted()
        return True

    def slip_in_a_line_at_the_end(self) -> Any:
        """A line with the right hash in the right place, said to be older than the newest checkpoint."""
        line = self.one(Entry)
        if line is None:
            return False
        last = Entry.objects.filter(chain=line.chain).order_by("-seq")[0]
        at = Checkpoint.objects.order_by("-pk")[0].at - timedelta(hours=3)
        stamp = at.isoformat(timespec="microseconds")[:-6] + "Z"
        said = read(last) | {"seq": last.seq + 1, "previous": last.hash, "recorded_at": stamp}
        body = canonical(said)
        Entry.objects.bulk_create(
            [
                Entry(
                    chain=last.chain,
                    seq=last.seq + 1,
                    kind=last.kind,
                    at=last.at,
                    recorded_at=at,
                    body=body,
                    hash=digest(body),
                )
            ]
        )
        refreshed(last.chain)
        return True

    def take_off_the_end_of_a_chain(self) -> Any:
        line = self.one(Entry)
        if line is None:
            return False
        Entry.objects.filter(chain=line.chain, seq__gte=line.seq).delete()
        refreshed(line.chain)
        return True

    def take_off_the_end_of_everything(self) -> Any:
        """The last rows with their leaves, and the checkpoints over them: only one kept elsewhere knows better."""
        size = Leaf.objects.count()
        cut = self.dice.randrange(1, 4)
        for leaf in Leaf.objects.filter(leaf_index__gte=size - cut):
            SOURCES[leaf.source].model.objects.filter(pk=leaf.row).delete()
        Leaf.objects.filter(leaf_index__gte=size - cut).delete()
        Checkpoint.objects.filter(size__gt=size - cut).delete()
        replanted()
        for person in Patient.objects.filter(merged_into=None):
            facts.refresh([person])
        return True

    def move_a_line_to_somebody_else(self) -> Any:
        line = self.one(Entry)
        others = Patient.objects.exclude(record_id=line.chain) if line else []
        if not others:
            return False
        other = self.dice.choice(list(others.order_by("pk"))).record_id
        last = Entry.objects.filter(chain=other).order_by("-seq").first()
        said = read(line) | {
            "chain": str(other),
            "seq": last.seq + 1 if last else 1,
            "previous": last.hash if last else START,
        }
        body = canonical(said)
        self.change(line, chain=other, seq=said["seq"], body=body, hash=digest(body))
        refreshed(line.chain)
        refreshed(other)
        return True

    def change_what_was_shown(self) -> Any:
        """One sentence more was shown, says the presentation; its hash fits, and the line is made to name it."""
        row = self.one(Presentation)
        if row is None:
            return False
        told = json.loads(row.body)
        if not told["sentences"]:
            return False
        told["sentences"] = told["sentences"][:-1]
        body = canonical(told)
        self.change(row, body=body.decode(), hash=digest(body))
        for line in Entry.objects.filter(chain=row.chain):
            said = read(line)
            if said["data"].get("presentation") == row.hash:
                said["data"]["presentation"] = digest(body)
                rechained(line, canonical(said))
                break
        return True

    def change_the_words(self) -> Any:
        row = self.one(Explanation)
        if self.dice.random() < 0.5:
            source = row.source.replace("GP", "doctor", 1)
            self.change(row, source=source, hash=digest(source.encode()))
        else:
            rendered = row.rendered.replace("GP", "doctor")
            self.change(row, rendered=rendered)
        return True

    def change_who_looked_and_the_leaf(self) -> Any:
        row = self.one(AccessEvent)
        if row is None:
            return False
        self.change(row, who="somebody else")
        replanted()
        return True

    def change_a_projection(self) -> Any:
        row = self.one(Status)
        if row is None:
            return False
        body = row.body.replace("later", "yes") if "later" in row.body else row.body.replace('"no"', '"yes"')
        if body == row.body:
            body = row.body.replace("}", " }", 1)
        self.change(row, body=body)
        return True

    def forge_a_checkpoint(self) -> Any:
        """The newest checkpoint signed anew, over fewer rows, with a key of the forger's own."""
        row = Checkpoint.objects.order_by("-pk")[0]
        forger = keys.Signer(row.note.partition("\n")[0], bytes(32))
        text = row.note.partition("\n\n")[0].replace(f"\n{row.size}\n", f"\n{row.size - 1}\n") + "\n"
        self.change(row, note=forger.sign(text), size=row.size - 1)
        return True


def plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def row_time() -> Any:
    return Checkpoint.objects.order_by("-pk")[0].at


def flipped(data: bytes, dice: random.Random) -> bytes:
    place = dice.randrange(len(data))
    return data[:place] + bytes([data[place] ^ (1 << dice.randrange(8))]) + data[place + 1 :]


def rechained(line: Entry, body: bytes) -> None:
    """This line says something else, and every later one of its chain follows from it."""
    Entry.objects.filter(pk=line.pk).update(body=body, hash=digest(body))
    previous = digest(body)
    for later in Entry.objects.filter(chain=line.chain, seq__gt=line.seq).order_by("seq"):
        body = canonical(read(later) | {"previous": previous})
        previous = digest(body)
        Entry.objects.filter(pk=later.pk).update(body=body, hash=previous)


def refreshed(chain: Any) -> None:
    for person in Patient.objects.filter(record_id=chain):
        facts.refresh([person])


def replanted() -> None:
    """Leaves and nodes made to fit the rows again."""
    tree = Frontier()
    for leaf in Leaf.objects.order_by("leaf_index"):
        source = SOURCES[leaf.source]
        found = dict(source.rows(source.model._default_manager.filter(pk=leaf.row)))
        value = leaf_hash(found[leaf.row]) if found else bytes(leaf.hash)
        Leaf.objects.filter(pk=leaf.pk).update(hash=value)
        for level, index, made in tree.add(value):
            if level % STEP == 0:
                TreeNode.objects.filter(level=level, node_index=index).update(hash=made)


def campaign(*, key: Path, tampers: int, cleans: int, seed: int = 1, steps: int = 40) -> dict[str, Any]:
    """So many tampers and so many clean records, in lives of ``steps`` things each; what was found and what was not.

    Runs in the database that is configured, and leaves it as it was: each life is rolled back.
    """
    missed: list[str] = []
    alarms: list[str] = []
    kinds: Counter[str] = Counter()
    public = [keys.read_key(key).public]
    done = clean = 0
    while done < tampers or clean < cleans:
        seed += 1
        with transaction.atomic():
            keys.last_file(key).unlink(missing_ok=True)
            life = Life(seed, key)
            for _ in range(steps):
                life.step()
                if clean < cleans:
                    clean += 1
                    alarms += [f"life {seed}: {fault}" for fault in verify.faults(public, keys.last_signed(key))]
            SignOff(sentence="1" * 64, name="A clinician", role="Clinical safety officer").save()
            life.is_signed()
            kept = keys.last_signed(key)
            for _ in range(min(50, tampers - done)):
                hand = Tamperer(random.Random(f"{seed}-{done}"))
                if tampered(hand, public, kept, missed):
                    done += 1
                    kinds[hand.what] += 1
            transaction.set_rollback(True)
    keys.last_file(key).unlink(missing_ok=True)
    return {"tampers": done, "missed": missed, "cleans": clean, "alarms": alarms, "kinds": dict(kinds)}


def main() -> None:
    """So many tampers and clean records, on the empty database that DATABASE_URL names; prints what was found."""
    from django.core.management import call_command

    from consent.words import publishing

    call_command("migrate", verbosity=0)
    publishing.publish()
    with tempfile.TemporaryDirectory() as folder:
        key = Path(folder) / "key"
        keys.make_key(key, "example.org/record")
        print(json.dumps(campaign(key=key, tampers=int(sys.argv[1]), cleans=int(sys.argv[2]))))


def tampered(hand: Tamperer, public: list[keys.PublicKey], kept: str, missed: list[str]) -> bool:
    """One tamper, looked for and undone. False where it came to nothing, as when a column must be unique."""
    did = False
    with contextlib.suppress(DatabaseError), transaction.atomic():
        with unguarded():
            did = hand.tamper()
        if did and next(verify.faults(public, kept), None) is None:
            missed.append(hand.what)
        transaction.set_rollback(True)
    return did
