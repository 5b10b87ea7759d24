"""Who leaves soon, and who has left after their registration was sent."""

from collections.abc import Iterator
from datetime import date, datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent import leaving as plans
from consent.leaving import CHECKED, FORM, SHEET, Leaving, Left
from consent.staff import wording
from consent.staff.doing import Do
from consent.staff.lists.row import Person, Row
from consent.staff.matters import Need
from consent.standing import local_date
from registration.leaving import LEFT_DUE
from registration.models import Patient, Prison

LEFT = "left-after-sent"
DONE = {SHEET: _("Release sheet given"), FORM: _("GP outside asked"), CHECKED: _("Looked into")}


def among_those_with_dates(prison: Prison) -> Q:
    return Q(pk__in=Patient.objects.filter(leaving_told_at__isnull=False, status__prison=prison).values("pk"))


def nobody_here(prison: Prison) -> Q:
    """Whoever left is looked up by themselves."""
    return Q(pk__in=[])


def leaving(people: list[Person], prison: Prison, at: datetime) -> Iterator[Row]:
    told = [(person, standing) for person, standing, _about in people if person.leaving_told_at]
    known, today = plans.leaving_of(told, at), local_date(at)
    for person, _standing in told:
        plan = known[person.pk]
        if found := to_do(plan, today):
            papers = Do(gettext("Papers and dates"), reverse("leaving", args=[person.prison_number]))
            yield Row(person, found, buttons=[papers, *done_buttons(person, plan, today)])


def to_do(plan: Leaving, today: date) -> list[Need]:
    """What is to be done before somebody leaves, by its due date."""
    wanted = (
        (plan.sheet_due(today), gettext("Give the release sheet")),
        (plan.form_due(today), gettext("Ask a GP outside: the form, signed by them")),
    )
    found = [Need((), (), what, because(plan), due, today) for due, what in wanted if due]
    return sorted(found, key=lambda need: need.rank)


def because(plan: Leaving) -> str:
    said = []
    if plan.dates.release:
        said.append(gettext("Expected to leave on %(day)s.") % {"day": wording.day(plan.dates.release)})
    if plan.dates.court and plan.on_remand:
        said.append(gettext("In court on %(day)s, and may leave from there.") % {"day": wording.day(plan.dates.court)})
    return " ".join(said)


def done_buttons(person: Patient, plan: Leaving, today: date) -> list[Do]:
    due = ((plan.sheet_due(today), SHEET), (plan.form_due(today), FORM))
    return [done_button(person, kind, "leaving") for day, kind in due if day]


def done_button(person: Patient, kind: str, listed: str = "") -> Do:
    hidden = (("what", kind), *((("list", listed),) if listed else ()))
    return Do(str(DONE[kind]), reverse("leaving-done", args=[person.prison_number]), post=True, hidden=hidden)


def left_after_sent(people: list[Person], prison: Prison, at: datetime) -> Iterator[Row]:
    yield from left_rows(prison, at, is_sensitive=False)


def left_sensitive(people: list[Person], prison: Prison, at: datetime) -> Iterator[Row]:
    yield from left_rows(prison, at, is_sensitive=True)


def left_rows(prison: Prison, at: datetime, *, is_sensitive: bool) -> Iterator[Row]:
    for left in plans.left_after_sent(prison, at):
        if left.standing.sensitive == is_sensitive:
            done = done_button(left.person, CHECKED, "sensitive" if is_sensitive else LEFT)
            yield Row(left.person, [need_of(left, local_date(at))], buttons=[done])


def need_of(left: Left, today: date) -> Need:
    if left.is_registered:
        known = gettext("Left prison on %(day)s, registered with the prison GP.")
    else:
        known = gettext("Left prison on %(day)s; the registration was made, and never confirmed.")
    what = gettext("Look whether the registration has to be ended, and whether they have a way back to a GP")
    return Need((), (), what, known % {"day": wording.day(left.on)}, left.on + LEFT_DUE, today)
