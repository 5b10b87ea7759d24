"""Who is in which prison, as a prison's own list says, held against what we know, and put right person by person."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce

from consent import facts
from consent.actions.people import came_on
from consent.models import Status
from registration import actions as registration
from registration.actions import NotPossible
from registration.custody import SETTLES_AFTER, State, custody_periods
from registration.feeds.roll import Problem, Row, told_once
from registration.models import Movement as MovementRow
from registration.models import Patient, Prison
from registration.movements import Direction, Movement, Source

OVER = {State.NONE, State.CLOSED, State.DECEASED}
# On the list of their own prison these agree: a roll counts those who are out at court, and may be older than a
# release. Who was in hospital to stay, or escaped, is on no roll until they are back.
COUNTED = {State.OPEN, State.AWAY, State.SETTLING}
# As many numbers as every database takes in one query.
AT_ONCE = 5000


class Found(StrEnum):
    MISSING = "missing"  # on the list, and not in prison as far as we know
    ELSEWHERE = "elsewhere"  # on the list, and known somewhere else
    LEFT = "left"  # known in a prison of the list, and on no row
    AWAY = "away"  # known to be out at court or on temporary absence, and on no row: nothing to repair


@dataclass(frozen=True, slots=True)
class TheirList:
    """Who was in which prison at a time, by prison number; ``everyone``: whoever is on no row is in no prison."""

    name: str
    at: datetime
    where: Mapping[str, str]
    prisons: frozenset[str]
    everyone: bool = False

    def covers(self, prison: str | None) -> bool:
        return self.everyone or prison in self.prisons


@dataclass(frozen=True, slots=True)
class Known:
    """Where we have somebody, and since when."""

    state: State = State.NONE
    prison: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """``number`` is the one that stands for the person, ``listed`` the prison the list has them in."""

    found: Found
    number: str
    listed: str | None
    known: Known


@dataclass(frozen=True, slots=True)
class Comparison:
    agree: int
    differences: tuple[Difference, ...]

    def of(self, found: Found) -> list[Difference]:
        return [difference for difference in self.differences if difference.found is found]


# -- comparing --------------------------------------------------------------------------------------------------------


def judged(known: Known, listed: str | None, their: TheirList) -> Found | None:
    """In what way what we know of one person differs from the list; None where it does not."""
    if listed is not None:
        if known.state in OVER:
            return Found.MISSING
        return None if known.state in COUNTED and known.prison == listed else Found.ELSEWHERE
    if known.state is State.OPEN and their.covers(known.prison):
        return Found.LEFT
    if known.state is State.IN_TRANSIT and their.everyone:
        return Found.LEFT
    return Found.AWAY if known.state is State.AWAY and their.covers(known.prison) else None


def compare(their: TheirList) -> Comparison:
    """Everyone on the list, and everyone we have in a prison of it, as of the time of the list. Writes nothing.

    A handful of queries, however many people; only whoever is listed and not known to be in prison is looked up apart.
    """
    heirs = dict(joined_numbers())
    listed = {heirs.get(number, number): prison for number, prison in their.where.items()}
    people = len(listed)
    differences = []
    for number, known in known_in_prison(their.at):
        prison = listed.pop(number, None)
        if differs := judged(known, prison, their):
            differences.append(Difference(differs, number, prison, known))
    left_prison = dict(known_to_have_left(listed))
    for number, prison in listed.items():
        differences.append(Difference(Found.MISSING, number, prison, left_prison.get(number, Known())))
    differences.sort(key=lambda difference: difference.number)
    disagree = sum(difference.listed is not None for difference in differences)
    return Comparison(people - disagree, tuple(differences))


def joined_numbers() -> Iterable[tuple[str, str]]:
    """Each prison number that was joined into another, with the one that stands for the person."""
    return Patient.objects.exclude(merged_into=None).values_list("prison_number", "merged_into__prison_number")


def in_two_prisons(rows: Iterable[Row]) -> list[Problem]:
    """Two numbers of one person, listed in two prisons: the file alone does not show it."""
    return told_once(rows, dict(joined_numbers()))[1]


def not_in_any_file(prisons: Iterable[str]) -> list[str]:
    """Prisons we do not know, or know only because somebody named them."""
    complete = set(Prison.objects.filter(is_complete=True).values_list("pk", flat=True))
    return sorted(set(prisons) - complete)


def known_in_prison(at: datetime) -> Iterator[tuple[str, Known]]:
    """Everyone whose time in prison was not over then, and whoever we have heard of since, by prison number."""
    heard_since = Q(counts_until__gt=at)
    then = dict(known_at(at))
    rows = (
        Status.objects.filter(Q(left_at=None) | Q(left_at__gt=at - SETTLES_AFTER) | heard_since)
        .order_by()
        .values_list("patient__prison_number", "patient_id", "counts_until", "body")
    )
    for number, patient, counts_until, body in rows.iterator():
        if counts_until and counts_until > at:
            yield number, then.get(patient, Known())
        else:
            yield number, known_from(body, at)


def known_to_have_left(numbers: Iterable[str]) -> Iterator[tuple[str, Known]]:
    asked = list(numbers)
    for start in range(0, len(asked), AT_ONCE):
        some = Status.objects.filter(patient__prison_number__in=asked[start : start + AT_ONCE])
        rows = some.values_list("patient__prison_number", "body")
        for number, body in rows:
            standing = facts.unpacked(body)
            state = State.DECEASED if standing.state is State.DECEASED else State.CLOSED
            yield number, Known(state, None, standing.since)


def known_from(body: str, at: datetime) -> Known:
    standing = facts.unpacked(body)
    return Known(standing.state_at(at), standing.prison, standing.since)


def known_at(at: datetime) -> Iterator[tuple[int, Known]]:
    """Where everyone was of whom we have heard since: their movements up to then, in one query."""
    heard_since = Q(patient__status__counts_until__gt=at) | Q(patient__merged_into__status__counts_until__gt=at)
    rows = (
        MovementRow.objects.filter(heard_since, at__lte=at)
        .annotate(person=Coalesce("patient__merged_into_id", "patient_id"))
        .order_by("person")
        .values_list("person", "at", "direction", "reason", "code", "prison_id", "source", "reception_date")
    )
    for person, told in groupby(rows.iterator(), key=lambda row: row[0]):
        yield person, known_by((movement_of(*columns) for _, *columns in told), at)


def movement_of(at: datetime, direction: str, reason: str, code: str, prison: str, source: str, day: Any) -> Movement:
    return Movement(at, Direction(direction), reason, code, prison, Source(source), day)


def known_by(movements: Iterable[Movement], at: datetime) -> Known:
    periods = custody_periods(movements, until=at)
    return Known(periods[-1].state_at(at), periods[-1].prison, periods[-1].since) if periods else Known()


# -- putting right ----------------------------------------------------------------------------------------------------


@transaction.atomic
def repair_from_roll(*, number: str, their: TheirList) -> bool:
    """Record what the list says of this person, as a movement told by it. False where it differs no more.

    Compared anew while the person is held: they may have moved, or been joined with somebody, since the list was read.
    Raises NotPossible.
    """
    person = registration.locked(registration.patient_with(number))
    listed = {their.where[one.prison_number] for one in registration.family(person) if one.prison_number in their.where}
    if len(listed) > 1:
        raise NotPossible("Joined with another record just now, and the list has the two in two prisons. Look again.")
    prison = next(iter(listed), None)
    known = known_of(person, their.at)
    if judged(known, prison, their) in (None, Found.AWAY):
        return False
    if known.state is State.DECEASED:
        raise NotPossible("They have died, as far as we know. If that is wrong, record by hand that they came in.")
    if prison is not None:
        movement = Movement(their.at, Direction.SEEN, prison=prison, source=Source.ROLL)
    else:
        # On the list of everyone and on no row, they are in no prison; else the list does not say where they went.
        reason = "RELEASED" if their.everyone else "TRANSFERRED"
        movement = Movement(their.at, Direction.OUT, reason, prison=known.prison, source=Source.ROLL)
    touched = registration.record_movement(patient=person, movement=movement, by=f"roll {their.name}"[:150])
    if judged(known_of(person, their.at), prison, their):
        raise NotPossible("Another list of the very same time says something else. Find out which is true.")
    for one in touched:
        came_on(one)
    return True


def known_of(person: Patient, at: datetime) -> Known:
    return known_by(registration.fold(registration.family(person)), at)
