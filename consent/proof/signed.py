"""Every row's place in the tree, the tree itself, and every checkpoint over it."""

from bisect import bisect_right
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from consent.ledger import stamp
from consent.models import Checkpoint, Leaf, TreeNode
from consent.proof.check_record import COMMITTED_WITHIN, NotGenuine, PublicKey, checkpoint, leaf_hash
from consent.proof.check_record import Checkpoint as Signed
from consent.proof.leaves import SOURCES, Source
from consent.proof.merkle import EMPTY, Frontier
from consent.proof.tree import STEP


def tree_faults(public: list[PublicKey], kept: str) -> Iterator[str]:
    """``kept``: a checkpoint kept outside the database, which this one has to continue."""
    rows = list(Checkpoint.objects.order_by("pk"))
    for source in SOURCES.values():
        yield from place_faults(source, rows)
    yield from (
        f"Leaf {index}: there is no table {name!r}."
        for index, name in Leaf.objects.exclude(source__in=SOURCES).values_list("leaf_index", "source")
    )
    signed: dict[int, list[tuple[str, bytes]]] = {}
    for place, result in checked(rows, public, kept):
        if isinstance(result, Signed):
            signed.setdefault(result.size, []).append((place, result.root))
        else:
            yield result
    yield from root_faults(signed)


def place_faults(source: Source, checkpoints: list[Checkpoint]) -> Iterator[str]:
    """Each row of one table against the leaf it was given, row by row in the order of their keys."""
    places = iter(
        Leaf.objects.filter(source=source.name)
        .order_by("row")
        .values_list("row", "leaf_index", "hash")
        .iterator(chunk_size=5000)
    )
    sizes = [one.size for one in checkpoints]
    place: Any = next(places, None)
    for key, at, data in source.dated():
        while place and place[0] < key:
            yield f"Leaf {place[1]}: {source.name} {place[0]}, whose place this is, was removed."
            place = next(places, None)
        index = place[1] if place and place[0] == key else None
        # The last checkpoint that does not hold the row: whatever says it is older than that was slipped in later.
        before = len(sizes) if index is None else bisect_right(sizes, index)
        if before and at < checkpoints[before - 1].at - COMMITTED_WITHIN:
            yield (
                f"{source.name} {key}: it says it was recorded at {stamp(at)}, but the checkpoint of "
                f"{stamp(checkpoints[before - 1].at)} does not hold it. It was slipped in since; or the checkpoint "
                "command had missed it (then --everything finds it, and this stays as a note)."
            )
        if index is not None:
            if bytes(place[2]) != leaf_hash(data):
                yield f"Leaf {index}: {source.name} {key} was changed since it was given its place."
            place = next(places, None)
    while place:
        yield f"Leaf {place[1]}: {source.name} {place[0]}, whose place this is, was removed."
        place = next(places, None)


def checked(rows: list[Checkpoint], public: list[PublicKey], kept: str) -> Iterator[tuple[str, Signed | str]]:
    """Each checkpoint's (place, what was signed), or (place, what is wrong with it)."""
    if rows and not public:
        yield "", "No public key is configured (CHECKPOINT_PUBLIC_KEYS), so no checkpoint could be checked."
        return
    before: Checkpoint | None = None
    for row in rows:
        place = f"Checkpoint {row.pk}"
        try:
            signed = checkpoint(row.note, public)
        except NotGenuine as problem:
            yield place, f"{place}: {problem}."
        else:
            yield place, signed
            if (row.size, row.root, stamp(row.at)) != (signed.size, signed.root.hex(), signed.signed_at):
                yield place, f"{place}: its columns say something else than what was signed."
            if signed.follows != (sha256(before.note.encode()).hexdigest() if before else ""):
                yield place, f"{place}: it does not follow from the one before it; one was removed or slipped in."
            if before and row.size < before.size:
                yield place, f"{place}: it covers fewer rows than the one before it."
        before = row
    if kept:
        yield from checked_elsewhere(rows, public, kept)


def checked_elsewhere(rows: list[Checkpoint], public: list[PublicKey], kept: str) -> Iterator[tuple[str, Signed | str]]:
    place = "The checkpoint kept elsewhere"
    try:
        signed = checkpoint(kept, public)
    except NotGenuine as problem:
        yield "", f"{place}: {problem}."
        return
    yield place, signed
    if kept.partition("\n\n")[0] not in {row.note.partition("\n\n")[0] for row in rows}:
        yield (
            "",
            (
                f"{place} (of {signed.size} rows, signed at {signed.signed_at}) is not in the database. It was "
                "removed; or the checkpoint command was stopped before storing it, and stores it when it next runs."
            ),
        )


def root_faults(signed: dict[int, list[tuple[str, bytes]]]) -> Iterator[str]:
    """The tree, built anew leaf by leaf, against its stored nodes and against every root that was signed."""
    tree = Frontier()
    nodes = Nodes()
    yield from compared(signed.pop(0, []), EMPTY)
    for index, value in Leaf.objects.order_by("leaf_index").values_list("leaf_index", "hash").iterator(chunk_size=5000):
        if index != tree.size:
            yield f"Leaf {tree.size} is missing: a row that had its place in the tree lost it."
            break
        for level, node, made in tree.add(bytes(value)):
            if level % STEP == 0:
                yield from nodes.compared(level, node, made)
        if tree.size in signed:
            yield from compared(signed.pop(tree.size), tree.root())
    yield from nodes.left_over()
    for size in sorted(signed):
        for place, _ in signed[size]:
            yield f"{place}: it covers {size} rows, but the tree has {tree.size}. Rows were removed from the end."


def compared(places: list[tuple[str, bytes]], root: bytes) -> Iterator[str]:
    for place, expected in places:
        if root != expected:
            yield f"{place}: the rows it covers are not what was signed."


class Nodes:
    """The stored nodes of each level, in the order in which a tree that grows completes them."""

    def __init__(self) -> None:
        self._rows: dict[int, Iterator[tuple[int, bytes]]] = {}
        levels = TreeNode.objects.values_list("level", flat=True).distinct()
        self._levels = set(levels)

    def _level(self, level: int) -> Iterator[tuple[int, bytes]]:
        if level not in self._rows:
            rows = TreeNode.objects.filter(level=level).order_by("node_index").values_list("node_index", "hash")
            self._rows[level] = iter(rows.iterator(chunk_size=2000))
        return self._rows[level]

    def compared(self, level: int, index: int, made: bytes) -> Iterator[str]:
        stored = next(self._level(level), None)
        if stored is None or stored[0] != index or bytes(stored[1]) != made:
            yield f"Tree node {index} of level {level}: it is not what the leaves under it make."

    def left_over(self) -> Iterator[str]:
        for level in sorted(self._levels):
            for index, _ in self._level(level):
                yield f"Tree node {index} of level {level}: there are no leaves for it."
