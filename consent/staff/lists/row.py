"""One row of a list: a person, what they need and by when, and the buttons that do it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from consent import facts
from consent.roles import Deed, Role
from consent.staff.doing import Do, first_things, slip
from consent.staff.matters import Matter, Need, needs
from consent.standing import Standing
from registration.models import Patient, Prison

Person = tuple[Patient, Standing, list[Matter]]


@dataclass(frozen=True, slots=True)
class Row:
    person: Patient
    needs: list[Need] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    buttons: list[Do] = field(default_factory=list)

    @property
    def rank(self) -> tuple[int, date]:
        return min((need.rank for need in self.needs), default=(3, date.max))


# Of the rows of Status, those that a list is made of: so that a large prison is not read for a short list.
Among = Callable[[Prison], Q]
Rows = Callable[[list[Person], Prison, datetime], Iterator[Row]]


@dataclass(frozen=True, slots=True)
class List:
    """A list of work. ``owner``: the role at the prison where the person is now that does it; never one named person,
    for whoever stayed behind does nothing about someone who was moved."""

    slug: str
    title: str
    owner: Role
    whose: str
    why: str
    empty: str
    rows: Rows
    among: Among
    deed: Deed = Deed.PEOPLE
    # A page on which many of them are done at once: its address, what it does, and for whom.
    at_once: tuple[str, Any, Deed] | None = None
    # Whose record is sensitive is on this list, and on no other.
    is_sensitive: bool = False


def with_rules(*codes: str) -> Rows:
    """Everyone for whom one of these rows of the policy table fits."""

    def rows(people: list[Person], prison: Prison, at: datetime) -> Iterator[Row]:
        for person, _standing, about in people:
            # What else there is to do for them, like confirming what was made, is on the list of that.
            found = [need for need in needs(m for m in about if m.rule.code in codes) if set(need.codes) & set(codes)]
            if found:
                late = slip(person, about) if any(need.is_overdue for need in found) else None
                buttons = [*first_things(person, about, False, codes)[:1], *([late] if late else [])]
                yield Row(person, found, buttons=buttons)

    return rows


def records_of(people: Iterable[int]) -> QuerySet[Patient]:
    """Their own records and those that were joined to them."""
    of = list(people)
    return Patient.objects.filter(Q(pk__in=of) | Q(merged_into__in=of))


def together(*kinds: Rows) -> Rows:
    """The rows of several lists on one."""

    def rows(people: list[Person], prison: Prison, at: datetime) -> Iterator[Row]:
        for each in kinds:
            yield from each(people, prison, at)

    return rows


@dataclass(frozen=True, slots=True)
class WaitingFor:
    """Everyone for whom one of these rows of the policy table, or other words of consent/waiting.py, may fit."""

    words: tuple[str, ...]

    def __call__(self, prison: Prison) -> Q:
        return facts.may_wait_for(*self.words)


def waiting_for(*words: str) -> Among:
    return WaitingFor(words)


def among_any(*kinds: Among) -> Among:
    """Everyone whom one of these finds. Words are looked for here: twenty of them take a database longer."""
    words = {word for among in kinds if isinstance(among, WaitingFor) for word in among.words}
    others = [among for among in kinds if not isinstance(among, WaitingFor)]

    def found(prison: Prison) -> Q:
        return reduce(or_, (among(prison) for among in others), facts.with_words(prison, words))

    return found
