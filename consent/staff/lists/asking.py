"""Who is waiting for a person: tablets left before the end, interpreters, everything about a sensitive record."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext

from consent.staff import wording
from consent.staff.doing import Do, start_a_visit
from consent.staff.lists.row import Person, Row
from consent.staff.matters import needs
from consent.staff.tablets import broke_off_at, not_finished_at, see_again
from registration.models import Prison


def everything_due(people: list[Person], prison: Prison, at: datetime) -> Iterator[Row]:
    for person, _standing, about in people:
        if found := needs(about):
            yield Row(person, found)


def interpreters(people: list[Person], prison: Prison, at: datetime) -> Iterator[Row]:
    for person, standing, _about in people:
        if standing.interpreter_wanted:
            button = Do(gettext("An interpreter is there"), reverse("interpreter", args=[person.prison_number]))
            yield Row(person, lines=[wording.wanted(standing.interpreter_wanted)], buttons=[button])


def among_those_who_left(prison: Prison) -> Q:
    return Q(pk__in=[visit.patient.merged_into_id or visit.patient_id for visit in not_finished_at(prison)])


def broke_off(people: list[Person], prison: Prison, at: datetime) -> Iterator[Row]:
    last = broke_off_at(prison, at)
    for person, standing, about in people:
        if need := see_again(last.get(person.pk), standing, about, at):
            visit = start_a_visit(person, about)
            yield Row(person, [need], buttons=[visit] if visit else [])
