"""Who is waiting for a person: tablets left before the end, interpreters."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext

from consent import facts
from consent.policy import waited
from consent.staff import wording
from consent.staff.doing import Do, start_a_visit
from consent.staff.lists.row import Person, Row
from consent.staff.matters import Need
from consent.staff.tablets import broke_off_at, not_finished_at, see_again
from consent.standing import Standing, local_date
from registration.custody import State
from registration.models import Prison


def interpreters(people: list[Person], prison: Prison, at: datetime) -> Iterator[Row]:
    for person, standing, _about in people:
        if need := interpreter(standing, at):
            button = Do(gettext("An interpreter is there"), reverse("interpreter", args=[person.prison_number]))
            yield Row(person, [need], buttons=[button])


def interpreter(standing: Standing, at: datetime) -> Need | None:
    """Whom they pressed for and have not had since; they wait meanwhile, so it is for today."""
    since = standing.interpreter_wanted_at
    if since is None or standing.state_at(at) is not State.OPEN or standing.outside_england:
        return None
    what = gettext("Find an interpreter: %(language)s") % {"language": wording.wanted(standing.interpreter_wanted)}
    why = gettext("They pressed for one on %(day)s.") % {"day": wording.day(since)}
    due = waited(local_date(since) + timedelta(days=facts.INTERVALS.interpreter), standing.away)
    return Need(("interpreter",), (), what, why, due, local_date(at), for_today=True)


def among_those_who_left(prison: Prison) -> Q:
    return Q(pk__in=[visit.patient.merged_into_id or visit.patient_id for visit in not_finished_at(prison)])


def broke_off(people: list[Person], prison: Prison, at: datetime) -> Iterator[Row]:
    last = broke_off_at(prison, at)
    for person, standing, about in people:
        if need := see_again(last.get(person.pk), standing, about, at):
            visit = start_a_visit(person, about)
            yield Row(person, [need], buttons=[visit] if visit else [])
