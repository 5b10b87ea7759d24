"""Every row's place in the tree, the tree itself, and every checkpoint over it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from consent.ledger import stamp
from consent.models import Checkpoint, Leaf, TreeNode
from consent.proof.check_record import Checkpoint as Signed
from consent.proof.check_record import NotGenuine, PublicKey, checkpoint, leaf_hash
from consent.proof.leaves import SOURCES, Source
from consent.proof.merkle import EMPTY, Frontier
from consent.proof.tree import STEP

# Between reading the clock and committing lie seconds (a web request is cut off after 30). A row that was older than
# this at a checkpoint should be under it.
COMMITTED_WITHIN = timedelta(minutes=5)


def tree_faults(public: list[PublicKey], kept: str) -> Iterator[str]:
    """``kept``: a checkpoint kept outside the database, which this one has to continue."""
    rows = list(Checkpoint.objects.order_by("pk"))
    for source in SOURCES.values():
        yield from place_faults(source, rows[-1].at if rows else None)
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


def place_faults(source: Source, newest: datetime | None) -> Iterator[str]:
    """Each row of one table against the hash that its leaf was given, row by row in the order of their keys."""
    places = iter(
        Leaf.objects.filter(source=source.name)
        .order_by("row")
        .values_list("row", "leaf_index", "hash")
        .iterator(chunk_size=5000)
    )
    place: Any = next(places, None)
    waiting = []
    for key, data in source.rows():
        while place and place[0] < key:
            yield f"Leaf {place[1]}: {source.name} {place[0]}, whose place this is, was removed."
            place = next(places, None)
        if place and place[0] == key:
            if bytes(place[2]) != leaf_hash(data):
                yield f"Leaf {place[1]}: {source.name} {key} was changed since it was given its place."
            place = next(places, None)
        elif newest:
            waiting.append(key)
    while place:
        yield f"Leaf {place[1]}: {source.name} {place[0]}, whose place this is, was removed."
        place = next(places, None)
    if newest and waiting:
        yield from late_rows(source, waiting, newest)


def late_rows(source: Source, waiting: list[int], newest: datetime) -> Iterator[str]:
    """Rows that say they are older than the newest checkpoint, and are not under it."""
    for start in range(0, len(waiting), 500):
        rows = source.model._default_manager.filter(pk__in=waiting[start : start + 500])
        late = rows.filter(**{f"{source.time}__lt": newest - COMMITTED_WITHIN}).order_by("pk")
        for key, at in late.values_list("pk", source.time):
            yield (
                f"{source.name} {key}: it says it was recorded at {stamp(at)}, but the checkpoint of {stamp(newest)} "
                "does not cover it. It was slipped in; or the checkpoint command missed it, and finds it with "
                "--everything."
            )


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
    if kept not in {row.note for row in rows}:
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
