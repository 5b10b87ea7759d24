"""Screening, for somebody who is not called by themselves: what staff did about each programme, by hand."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent import facts
from consent.roles import Deed
from consent.staff import wording
from consent.staff.forms import FIRST_YEAR, DayField, StaffForm, one_of
from consent.staff.here import done, form_page, of_person
from consent.staff.history import Change, changes
from registration.by_staff import record_screening
from registration.models import Patient, Prison, ScreeningOutcome
from registration.patients import family
from registration.screening import Programme, calls, programmes, taken_as

NOTHING = [("", _("Nothing recorded"))]


@dataclass(frozen=True, slots=True)
class Asked:
    """A programme on the form. ``is_due``: it would call them today, whatever was recorded an interval ago."""

    programme: Programme
    row: ScreeningOutcome | None
    is_due: bool

    @property
    def stands(self) -> str:
        return self.row.outcome if self.row and not self.is_due else ""

    @property
    def told(self) -> str:
        said = []
        if self.row:
            last = {"what": self.row.get_outcome_display(), "day": wording.birthday(self.row.on)}
            said.append(gettext("Last recorded: %(what)s, %(day)s.") % last)
        if not self.programme.checked:
            source = {"source": self.programme.source}
            said.append(gettext("Ages and interval still to be checked. Source: %(source)s.") % source)
        return " ".join(said)


class PastDay(DayField):
    def clean(self, value: Any) -> date | None:
        day = super().clean(value)
        if day is not None and not (day.year >= FIRST_YEAR and day <= timezone.localdate()):
            raise forms.ValidationError(gettext("Give a day that is not ahead."))
        return day


class ScreeningForm(StaffForm):
    """One choice a programme that would call them; one day for all that is recorded now."""

    on = PastDay(label=_("Day, for what you record now"), initial=timezone.localdate)

    def __init__(self, *args: Any, asked: list[Asked], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before = {one.programme.id: one.stands for one in asked}
        for one in asked:
            choice = one_of(
                gettext(one.programme.name),
                [*NOTHING, *ScreeningOutcome.Outcome.choices],
                required=False,
                initial=one.stands,
                help_text=one.told,
            )
            choice.widget.attrs["class"] = "nhsuk-radios__input"
            self.fields[one.programme.id] = choice
        self.order_fields([*self.before, "on"])

    def changed(self) -> dict[str, str]:
        """What was chosen otherwise than it stood there."""
        typed = {name: self.cleaned_data[name] for name in self.before}
        return {name: value for name, value in typed.items() if value != self.before[name]}


@of_person("screening", Deed.SCREENING)
def screening(request: HttpRequest, person: Patient) -> HttpResponse:
    asked = asked_of(person)
    form = ScreeningForm(request.POST or None, asked=asked)
    if request.method == "POST" and form.is_valid():
        said = {"on": form.cleaned_data["on"], "outcomes": form.changed()}
        if not said["outcomes"] or done(form, record_screening, patient=person, **said):
            messages.success(request, gettext("Recorded. What it was before is kept."))
            return redirect("list", "screening")
    return form_page(
        request,
        form,
        template="screening",
        title=gettext("Screening, by hand"),
        lead=gettext("Without a registration here nobody is called by themselves. Ask them before you refer."),
        warning="" if asked else gettext("No programme would call them today, by age and sex as recorded."),
        button=gettext("Record it"),
        person=person,
        back=reverse("person", args=[person.prison_number]),
        changes=changes_of(person),
    )


def changes_of(person: Patient) -> list[Change]:
    """What was recorded, changed and taken back before, and by whom."""
    names = {programme.id: gettext(programme.name) for programme in programmes()}
    return changes(
        ScreeningOutcome.history.filter(patient__in=family(person)),
        about=lambda row: names.get(row.programme, row.programme),
        untold=("patient", "programme"),
        labels={"outcome": gettext("What became of it"), "on": gettext("Day")},
        tells_first=True,
    )


def asked_of(person: Patient) -> list[Asked]:
    """The programmes that would call them today, and those of which something is recorded."""
    rows = ScreeningOutcome.objects.filter(patient__in=family(person)).order_by("on", "pk")
    last = {row.programme: row for row in rows}
    born, today = person.date_of_birth, timezone.localdate()
    dealt_with = {name: row.on for name, row in last.items()}
    prison = Prison.objects.filter(pk=facts.standing_of(person).prison).first()
    sex = taken_as(person.sex, prison.sex if prison else "")
    due = {call.programme for call in calls(born, sex, today, dealt_with)} if born else set()
    return [Asked(p, last.get(p.id), p in due) for p in programmes() if p in due or p.id in last]
