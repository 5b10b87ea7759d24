"""Leaving: the days that staff were told, the papers for it, and what was handed over. Nobody outside is told."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from consent import actions, facts
from consent.leaving import CHECKED, FORM, SHEET, Leaving, leaving_of, left_after_sent
from consent.papers.leaving import release_sheet
from consent.papers.leaving_form import preregistration
from consent.papers.spoken import language_of, offered
from consent.roles import Deed
from consent.sent import requests_of
from consent.staff import wording
from consent.staff.doing import NOBODY_HERE
from consent.staff.forms import DayField, StaffForm
from consent.staff.here import allowed, deeds_about, done, note_look, of_person, page
from consent.staff.lists.leaving import done_button, need_of, next_step, to_do, to_offer
from consent.staff.papers import as_pdf, language_asked
from consent.staff.person.prints import impossible, printed_of_person
from consent.staff.registrations.steps import back_to
from consent.standing import Standing, local_date
from consent.words.files import languages
from registration.actions import NotPossible
from registration.models import Patient

FURTHEST = timedelta(days=50 * 366)
SAID = {
    SHEET: _("Recorded: they have the release sheet."),
    FORM: _("Recorded: a GP outside was asked."),
    CHECKED: _("Recorded: it was looked into after they left."),
}


class AheadField(DayField):
    """A day that is not over. Blank: nobody knows it, or it does not hold any more."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, **kwargs})

    def clean(self, value: Any) -> date | None:
        day = super().clean(value)
        if day is not None and not timezone.localdate() <= day <= timezone.localdate() + FURTHEST:
            raise forms.ValidationError(gettext("Give a day that lies ahead, or leave it blank."))
        return day


class DatesForm(StaffForm):
    expected_release = AheadField(label=_("Expected release date"))
    next_court = AheadField(label=_("Next court date"))


@of_person("leaving", Deed.LEAVING)
def leaving(request: HttpRequest, person: Patient) -> HttpResponse:
    now = timezone.now()
    standing = facts.standing_of(person, now)
    if standing.state_at(now) in NOBODY_HERE:
        return has_left(request, person, standing)
    plan = leaving_of([(person, standing)], now)[person.pk]
    known = {"expected_release": plan.dates.release, "next_court": plan.dates.court}
    form = DatesForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        is_same = typed == known and plan.dates.over is None  # left blank, a date that is over is known no more
        if is_same or done(form, actions.describe_patient, patient=person, leaving_told_at=now, **typed):
            messages.success(request, gettext("Saved. What it was before is kept on their page."))
            return redirect("leaving", person.prison_number)
    today, spoken = local_date(now), language_of(person)
    return page(
        request,
        "leaving",
        status=422 if form.is_bound and form.errors else 200,
        person=person,
        form=form,
        plan=plan,
        needs=[*to_do(plan, today), *to_offer(plan, today)],
        sheet_given=done_button(person, SHEET) if plan.sheet != today else None,
        form_done=done_button(person, FORM) if plan.form != today else None,
        languages=[(languages()[tag], tag == spoken) for tag in offered()],
        form_from=form_from(plan, today),
        enter_first=enter_first(plan),
        form_when=wording.day(plan.form_from) if plan.form_from else "",
        sheet_on=wording.day(plan.sheet) if plan.sheet else "",
        asked_on=wording.day(plan.form) if plan.form else "",
    )


def form_from(plan: Leaving, today: date) -> str:
    """Whether the form for a GP outside can be made: "" where no day is known on which they may leave."""
    if plan.form_from is None:
        return ""
    return "now" if plan.form_from <= today else "later"


def enter_first(plan: Leaving) -> str:
    if plan.on_remand:
        return gettext("Enter the expected release date or the next court date first.")
    return gettext("Enter the expected release date first.")


def has_left(request: HttpRequest, person: Patient, standing: Standing) -> HttpResponse:
    """Of somebody who is in no prison now: whether something is left to look into."""
    now = timezone.now()
    found = left_after_sent(standing.prison, now, person) if standing.prison else []
    steps = next_step(requests_of([person]).get(person.pk)) if found else []
    return page(
        request,
        "leaving",
        person=person,
        has_left=True,
        needs=[need_of(left, local_date(now)) for left in found],
        steps=allowed(deeds_about(request, person), steps),
        checked=done_button(person, CHECKED) if found else None,
    )


@require_POST
@of_person("leaving", Deed.LEAVING)
def leaving_done(request: HttpRequest, person: Patient) -> HttpResponse:
    """One of the things was done. Pressed twice it is recorded once."""
    now, what = timezone.now(), request.POST.get("what", "")
    if is_to_do(person, what):
        actions.record_note(
            patient=person,
            kind=what,
            by=actions.staff(request.user),
            prison=facts.standing_of(person, now).prison,
        )
        messages.success(request, str(SAID[what]))
    else:
        messages.error(request, gettext("This was done already, or the dates have changed. Look at the page again."))
    return back_to(request, person)


def is_to_do(person: Patient, what: str) -> bool:
    """Whether it may be recorded now. A paper may be given at any time in prison, and again on another day."""
    now = timezone.now()
    standing = facts.standing_of(person, now)
    if what == CHECKED:
        return bool(standing.prison and left_after_sent(standing.prison, now, person))
    if what not in (SHEET, FORM) or standing.state_at(now) in NOBODY_HERE:
        return False
    plan = leaving_of([(person, standing)], now)[person.pk]
    return (plan.sheet if what == SHEET else plan.form) != local_date(now)


@require_GET
@printed_of_person(Deed.LEAVING)
def release_sheet_pdf(request: HttpRequest, person: Patient) -> HttpResponse:
    data = release_sheet(person, at=timezone.now(), language=language_asked(request))
    note_look(request, person, "print release sheet")
    return as_pdf(data, "leaving.pdf")


@require_GET
@printed_of_person(Deed.LEAVING)
def preregistration_pdf(request: HttpRequest, person: Patient) -> HttpResponse:
    now = timezone.now()
    plan = leaving_of([(person, facts.standing_of(person, now))], now)[person.pk]
    if plan.may_leave_on is None:
        return impossible(NotPossible(enter_first(plan)))
    if form_from(plan, local_date(now)) == "later":
        sentence = gettext("A GP outside can be asked from %(day)s, one month before they leave.")
        return impossible(NotPossible(sentence % {"day": wording.day(plan.form_from)}))  # type: ignore[arg-type]
    data = preregistration(person, leaves=plan.may_leave_on, is_from_court=plan.is_from_court, at=now)
    note_look(request, person, "print pre-registration")
    return as_pdf(data, "gp-outside.pdf")
