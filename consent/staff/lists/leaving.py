"""Who leaves soon, and who has left after their registration was sent."""

from collections.abc import Iterator
from datetime import date, datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent import leaving as plans
from consent.leaving import CHECKED, FORM, SHEET, Leaving, Left
from consent.sent import requests_of
from consent.staff import wording
from consent.staff.doing import Do
from consent.staff.lists.row import Person, Row
from consent.staff.matters import Need
from consent.standing import local_date
from registration.leaving import LEFT_DUE
from registration.models import Patient, Prison, RegistrationRequest

LEFT = "left-after-sent"
DONE = {SHEET: _("Release sheet given"), FORM: _("GP outside asked"), CHECKED: _("Looked into")}


def among_those_who_may_leave(prison: Prison) -> Q:
    told = Patient.objects.filter(leaving_told_at__isnull=False, status__prison=prison)
    return Q(pk__in=told.values("pk")) | plans.may_leave_from_court()


def nobody_here(prison: Prison) -> Q:
    """Whoever left is looked up by themselves."""
    return Q(pk__in=[])


def leaving(people: list[Person], prison: Prison, at: datetime) -> Iterator[Row]:
    may_leave = [(one, standing) for one, standing, _ in people if one.leaving_told_at or plans.is_on_remand(standing)]
    known, today = plans.leaving_of(may_leave, at), local_date(at)
    for person, _standing in may_leave:
        plan = known[person.pk]
        if found := [*to_do(plan, today), *to_offer(plan, today)]:
            papers = Do(gettext("Papers and dates"), reverse("leaving", args=[person.prison_number]))
            yield Row(person, found, buttons=[papers, *done_buttons(person, plan, today)])


def to_offer(plan: Leaving, today: date) -> list[Need]:
    """The first sheet of somebody on remand, where no date has it due. Their own page has it in a box."""
    if plan.offer is None or plan.sheet_due(today):
        return []
    because = gettext("They may leave from court, on a day that nobody knows.")
    return [Need((), (), gettext("Give the release sheet"), because, plan.offer, today)]


def to_do(plan: Leaving, today: date) -> list[Need]:
    """What is to be done before somebody leaves, by its due date."""
    new_date = gettext("Enter the new date: the one that is known is over and they are here")
    wanted = (
        (plan.date_due, new_date),
        (plan.sheet_due(today), gettext("Give the release sheet")),
        (plan.form_due(today), gettext("Ask a GP outside: the form, signed by them")),
    )
    found = [Need((), (), what, because(plan), due, today) for due, what in wanted if due]
    return sorted(found, key=lambda need: need.rank)


def because(plan: Leaving) -> str:
    said = []
    if plan.dates.over:
        said.append(gettext("Was expected to leave on %(day)s.") % {"day": wording.day(plan.dates.over)})
    if plan.dates.release:
        said.append(gettext("Expected to leave on %(day)s.") % {"day": wording.day(plan.dates.release)})
    if plan.dates.court and plan.on_remand:
        said.append(gettext("In court on %(day)s, and may leave from there.") % {"day": wording.day(plan.dates.court)})
    return " ".join(said)


def done_buttons(person: Patient, plan: Leaving, today: date) -> list[Do]:
    due = ((plan.sheet_due(today) or plan.offer, SHEET), (plan.form_due(today), FORM))
    return [done_button(person, kind, "leaving") for day, kind in due if day]


def done_button(person: Patient, kind: str, listed: str = "") -> Do:
    hidden = (("what", kind), *((("list", listed),) if listed else ()))
    return Do(str(DONE[kind]), reverse("leaving-done", args=[person.prison_number]), post=True, hidden=hidden)


def left_after_sent(people: list[Person], prison: Prison, at: datetime) -> Iterator[Row]:
    yield from left_rows(prison, at, is_sensitive=False)


def left_sensitive(people: list[Person], prison: Prison, at: datetime) -> Iterator[Row]:
    yield from left_rows(prison, at, is_sensitive=True)


def left_rows(prison: Prison, at: datetime, *, is_sensitive: bool) -> Iterator[Row]:
    found = [left for left in plans.left_after_sent(prison, at) if left.standing.sensitive == is_sensitive]
    work = requests_of([left.person for left in found])
    for left in found:
        done = done_button(left.person, CHECKED, "sensitive" if is_sensitive else LEFT)
        buttons = [*next_step(work.get(left.person.pk)), done]
        yield Row(left.person, [need_of(left, local_date(at))], buttons=buttons)


def next_step(request: RegistrationRequest | None) -> list[Do]:
    """Where it is recorded that a registration has ended; nothing for one that did not come through this system."""
    if request is None or request.state not in plans.SENT:
        return []
    return [Do(gettext("Record the next step"), reverse("request", args=[request.pk]))]


def need_of(left: Left, today: date) -> Need:
    if left.is_registered:
        known = gettext("Left prison on %(day)s, registered with the prison GP.")
    else:
        known = gettext("Left prison on %(day)s; the registration was made, and never confirmed.")
    what = gettext("Look whether the registration has to be ended, and whether they have a way back to a GP")
    return Need((), (), what, known % {"day": wording.day(left.on)}, left.on + LEFT_DUE, today)
