"""Which record stands for a person after prison records were merged. Pure; any order, any repeats, same result."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, order=True)
class Merge:
    """The prison service joined two numbers at this time; ``kept`` goes on, ``removed`` points at it."""

    at: datetime
    kept: str
    removed: str


def survivors(merges: Iterable[Merge]) -> dict[str, str]:
    """Each number concerned, with the number that now stands for the person."""
    root: dict[str, str] = {}
    for merge in sorted(set(merges)):
        kept = root.get(merge.kept, merge.kept)
        removed = root.get(merge.removed, merge.removed)
        # Joined already, and now the other way round: the later word says which number is kept.
        heir = merge.kept if kept == removed else kept
        for number in {merge.kept, merge.removed, *root}:
            if root.get(number, number) in {kept, removed}:
                root[number] = heir
    return root
