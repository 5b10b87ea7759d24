"""What was not done by its date: for the registrar by name, for the manager as numbers; and how much waits."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext, ngettext

from consent.counts.suppressing import Number, alone, split
from consent.staff.lists.row import List, Person, Row, Rows, among_any
from consent.staff.matters import everyone
from registration.models import Prison

# So many days over, at most, and the last without an end.
BANDS = (7, 28, None)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many a list has, people or messages, and by how many days each that is overdue is so at the most."""

    people: int
    days_over: tuple[int, ...]

    def __str__(self) -> str:
        return self.said(len(self.days_over))

    @property
    def how_many(self) -> str:
        """For a list of those who are overdue, where it would be said twice."""
        return self.said(0)

    def said(self, overdue: int) -> str:
        if not self.people:
            return gettext("Nobody.")
        people = ngettext("%(count)d person", "%(count)d people", self.people) % {"count": self.people}
        return with_overdue(people, overdue)


def with_overdue(how_many: str, overdue: int) -> str:
    if not overdue:
        return f"{how_many}."
    return gettext("%(people)s, %(count)d overdue.") % {"people": how_many, "count": overdue}


def on_any(lists: Sequence[List]) -> Rows:
    """A row for each person and list with something overdue; it says whose work it is."""

    def rows(people: list[Person], prison: Prison, at: datetime) -> Iterator[Row]:
        for listed in lists:
            for row in listed.rows(people, prison, at):
                if late := [need for need in row.needs if need.is_overdue]:
                    whose = gettext("%(list)s. Whose work: %(owner)s.")
                    line = whose % {"list": listed.title, "owner": listed.whose}
                    yield Row(row.person, late, [line], row.buttons)

    return rows


def waiting(lists: Sequence[List], prison: Prison | None, at: datetime) -> list[tuple[List, Waiting]]:
    """How much waits on each of these lists. Whoever may be on one is looked up once, and so are those on no general
    list."""
    if prison is None:
        return [(listed, counted(())) for listed in lists]
    people: dict[bool, list[Person]] = {}
    for sensitive in {listed.is_sensitive for listed in lists}:
        among = among_any(*(listed.among for listed in lists if listed.is_sensitive == sensitive))
        people[sensitive] = everyone(prison, at, sensitive=sensitive, among=among(prison))
    return [(listed, counted(listed.rows(people[listed.is_sensitive], prison, at))) for listed in lists]


def counted(rows: Iterable[Row]) -> Waiting:
    worst: dict[int, int] = {}
    for row in rows:
        over = max(((need.today - need.due).days for need in row.needs), default=0)
        worst[row.person.pk] = max(worst.get(row.person.pk, 0), over)
    return Waiting(len(worst), tuple(days for days in worst.values() if days > 0))


def in_bands(waits: Waiting) -> list[int]:
    """By how long those are overdue who are: so many in each of BANDS."""
    counts = [0] * len(BANDS)
    for days in waits.days_over:
        counts[next(nth for nth, most in enumerate(BANDS) if most is None or days <= most)] += 1
    return counts


def as_shown(counts: Sequence[int]) -> tuple[Number, list[Number]]:
    """How many are overdue, and by how long, as far as that may be shown without names."""
    total = alone(sum(counts))
    return total, split(counts) if total is not None else [None] * len(counts)
