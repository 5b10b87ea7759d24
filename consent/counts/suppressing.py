"""Which numbers are shown, so that none from 1 to 4 can be worked out, by somebody with every file of every week. Pure.

A number from 1 to 4 is about people who can be guessed. Left out alone it comes back by subtraction. So:

1. A week is counted once, a week after it was over, and never again (keeping.py). Whether its number is shown follows
   from that number alone: from 1 to 4 it is not, nor is a share with so few on either side.
2. Totals are of thirteen weeks that do not move (weekly.py): no total is ever less or more than another by a week.
3. A total counts the weeks that are not shown only where these are 5 or more together and not all the same. Otherwise
   it counts the weeks that are shown, and nothing counts the others. A share of thirteen weeks is left out then.
4. Where a total is split, by language or legal status, those from 1 to 4 are not shown; nor is the next larger one,
   until those left out are 5 or more together and not all the same; nor nought, where nothing else would be left.
   A split of shares is shown whole or not at all.

Why that is safe: numbers that are left out could change places, and the same would be shown. As they are not all the
same, neither one of them nor some of them together can be known, and all of them together are 5 or more. Where a whole
split is left out, it might as well be one person in any row, and all others in any other. tests/test_counts.py goes
through every small table, with thirteen weeks made three.

Nought is shown: it is about nobody, and that nobody waits is what a manager most needs to see.
"""

from collections.abc import Iterable, Sequence

UNDER = 5
Number = int | None  # None: not shown


def is_small(number: int) -> bool:
    return 0 < number < UNDER


def alone(number: int) -> Number:
    """A number that is in no total but one that ``may_be_counted`` allows."""
    return None if is_small(number) else number


def may_be_counted(numbers: Iterable[int]) -> bool:
    """Whether a total may be shown that counts these, though the small ones among them are not shown."""
    small = [number for number in numbers if is_small(number)]
    return not small or are_safe(small)


def are_safe(hidden: Sequence[int]) -> bool:
    return len(set(hidden)) > 1 and sum(hidden) >= UNDER


def split(numbers: Sequence[int]) -> list[Number]:
    """The parts of a total that is shown; it is 5 or more, or nought."""
    hidden = {number for number in numbers if is_small(number)}
    for other in sorted({*numbers} - hidden - {0}):
        if not hidden or are_safe([number for number in numbers if number in hidden]):
            break
        hidden.add(other)
    if hidden and not {*numbers} - hidden - {0}:
        hidden.add(0)
    return [None if number in hidden else number for number in numbers]


def in_ten(part: int, whole: int) -> Number:
    """So many in ten, where neither the part nor the rest of it is small. The whole is never shown beside it."""
    if whole == 0 or is_small(part) or is_small(whole - part):
        return None
    if part in (0, whole):
        return 10 if part else 0
    return min(9, max(1, (20 * part + whole) // (2 * whole)))
