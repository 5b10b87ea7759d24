"""Who is expected at a prison now, for the top of today's list."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext

from consent.roles import Posts
from consent.staff import wording
from consent.staff.arrivals import WAYS_IN, movement_told
from consent.staff.doing import Do
from consent.staff.expected.foreseen import Coming, foresee
from consent.staff.expected.plan import when
from consent.standing import local_date
from registration import expecting
from registration.custody import State
from registration.models import Patient, Prison


@dataclass(frozen=True, slots=True)
class Row:
    person: Patient
    name: str
    born: str
    to_know: str
    when: str
    is_late: bool
    how: str
    lines: list[str]
    buttons: list[Do]


def coming_to(prison: Prison | None, posts: Posts, prisons: Mapping[str, Prison], at: datetime) -> list[Row]:
    """One query where nobody is expected; a handful, however many are."""
    if prison is None:
        return []
    waiting = expecting.waiting(prison, local_date(at))
    coming = [
        Coming(
            one.patient.merged_into or one.patient,
            movement_told(one.way, at, prison.pk),
            one.on,
            one.is_certain,
        )
        for one in waiting
    ]
    rows = []
    for expected, one, seen in zip(waiting, coming, foresee(coming, posts, prisons, at), strict=True):
        if seen.now.state_at(at) is State.OPEN and seen.now.prison == prison.pk:
            continue
        person = one.person
        assert person is not None
        name = (person.name or gettext("Name not known")) if seen.is_named else gettext("Name shown when they are here")
        born = wording.birthday(person.date_of_birth) if seen.is_named and person.date_of_birth else ""
        comes_from = (
            f"{WAYS_IN[expected.way][0]}, {expected.comes_from}" if expected.comes_from else WAYS_IN[expected.way][0]
        )
        rows.append(
            Row(
                person=person,
                name=name,
                born=born,
                to_know=wording.needs(person) if seen.is_named else "",
                when=when(expected.on, expected.at),
                is_late=expected.on < local_date(at),
                how=str(comes_from),
                lines=seen.lines,
                buttons=[
                    Do(gettext("They have arrived"), reverse("expected-arrived", args=[expected.pk]), post=True),
                    Do(gettext("Not coming"), reverse("expected-not-coming", args=[expected.pk]), post=True),
                ],
            )
        )
    return rows
