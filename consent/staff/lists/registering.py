"""The work that follows an answer: asking the GP at home, each step of a registration, helping, entering it."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext

from consent import actions, facts, waiting
from consent.actions.registering import stale
from consent.sent import OPEN_REQUEST
from consent.staff.doing import Do
from consent.staff.lists.row import Person, Row
from consent.staff.matters import Matter, needs, needs_entering
from registration.models import Patient, Prison, RegistrationRequest


def gp_record(people: list[Person], prison: Prison, at: datetime) -> Iterator[Row]:
    for person, _standing, about in people:
        for matter in (m for m in about if m.wants_task):
            url = reverse("task-done", args=[person.prison_number])
            hidden = (("line", matter.asked.line), ("list", "gp-record"))
            yield Row(person, needs([matter]), buttons=[Do(gettext("Done"), url, True, hidden)])


def to_make(people: list[Person], prison: Prison, at: datetime) -> Iterator[Row]:
    unheard = cache(lambda: stale(prison.pk, at))  # looked up once, and only for who has something to be made
    for person, standing, about in people:
        for matter in about:
            request = matter.request
            if matter.work.make:
                why_not = "" if matter.work.wants_request else unheard()
                lines = [why_not] if why_not else []
                yield Row(person, [matter.work.make], lines, steps(person, matter, "registrations"))
            elif request is not None and request.state == "to-make" and not request.to_confirm:
                # Away, or records disagree: due dates wait, and nothing is sent.
                line = actions.why_not_sent(standing, request, at)
                yield Row(person, lines=[line], buttons=steps(person, matter, "registrations"))


def with_a_request(prison: Prison, states: Iterable[str]) -> Q:
    """Rows of Status of everybody here who has a registration that got so far."""
    work = RegistrationRequest.objects.filter(state__in=states)
    own = work.filter(patient__status__prison=prison).values("patient")
    joined = work.filter(patient__merged_into__status__prison=prison).values("patient__merged_into")
    return Q(pk__in=own) | Q(pk__in=joined)


def among_registrations(prison: Prison) -> Q:
    """A yes that may be acted on; or a registration that is open, whatever stands by now."""
    return facts.may_wait_for("7") | with_a_request(prison, OPEN_REQUEST)


def among_taken_back(prison: Prison) -> Q:
    asked_for = with_a_request(prison, RegistrationRequest.State.values)
    return facts.may_wait_for(waiting.UNDO) | (facts.may_wait_for(waiting.MAY_UNDO) & asked_for)


def to_confirm(people: list[Person], prison: Prison, at: datetime) -> Iterator[Row]:
    for person, _standing, about in people:
        for matter in about:
            if need := matter.work.confirm:
                yield Row(person, [need], buttons=steps(person, matter, "registrations-to-confirm"))


def steps(person: Patient, matter: Matter, slug: str) -> list[Do]:
    """The next step of the registration; before it is made, what it takes."""
    if matter.work.wants_request:
        url = reverse("begin-request", args=[person.prison_number])
        return [Do(gettext("Begin the registration"), url, True, (("list", slug),))]
    request = matter.request
    found = [Do(gettext("Record the next step"), reverse("request", args=[request.pk]))] if request else []
    if matter.work.make:
        found.append(Do(gettext("Details and form"), reverse("registration-details", args=[person.prison_number])))
    return found


def taken_back(people: list[Person], prison: Prison, at: datetime) -> Iterator[Row]:
    for person, _standing, about in people:
        for matter in about:
            if need := matter.work.undo:
                url = reverse("help-undo", args=[person.prison_number])
                yield Row(person, [need], buttons=[Do(gettext("Say what was done"), url)])


def to_enter(people: list[Person], prison: Prison, at: datetime) -> Iterator[Row]:
    for person, _standing, about in people:
        if found := needs_entering(about):
            url = reverse("clinical-record", args=[person.prison_number])
            yield Row(person, found, buttons=[Do(gettext("Copy, and say that it is entered"), url)])
