"""Which numbers are shown, so that one under 5 cannot be worked out from those that are. Pure.

A number under 5 is about people who can be guessed. Left out alone it comes back by subtraction, so others go with it.
Which ones follows from the numbers alone, never from where they stand: a number that is hidden is hidden wherever it
stands, and those hidden in a split are never all the same. So hidden numbers could change places and the same would be
shown: whoever knows the rule and every number shown cannot tell which of them stands where. tests/test_counts.py goes
through every small table.

Nought is shown: it is about nobody, and that nobody waits is what a manager most needs to see.
"""

from collections.abc import Iterable, Sequence

UNDER = 5
Number = int | None  # None: not shown


def is_small(number: int) -> bool:
    return 0 < number < UNDER


def splits(*parts: Sequence[int]) -> tuple[Number, list[list[Number]]]:
    """One total that was split in several ways (by week, by language ...): the total, and each split, as shown.

    No two numbers given to different calls may add up to one that is shown elsewhere.
    """
    total = sum(parts[0])
    hidden = [to_hide(numbers) for numbers in parts]
    if is_small(total) or None in hidden:
        return None, [[None] * len(numbers) for numbers in parts]
    return total, [
        [None if number in (out or ()) else number for number in numbers]
        for numbers, out in zip(parts, hidden, strict=True)
    ]


def to_hide(numbers: Iterable[int]) -> set[int] | None:
    """Those that are small, and where they are all the same the next larger one too; nought last.

    None where there is no other: then the total would give them away.
    """
    known = set(numbers)
    hidden = {number for number in known if is_small(number)}
    others = sorted(known - hidden, key=lambda number: (number == 0, number))
    if len(hidden) == 1:
        return hidden | {others[0]} if others else None
    return hidden


def in_ten(part: int, whole: int) -> Number:
    """So many in ten, where neither the part nor the rest of it is small. The whole is never shown beside it."""
    if whole == 0 or is_small(part) or is_small(whole - part):
        return None
    if part in (0, whole):
        return 10 if part else 0
    return min(9, max(1, (20 * part + whole) // (2 * whole)))
