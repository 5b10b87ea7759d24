"""Many registrations confirmed at once, from a file of the clinical system: what each row would do is shown first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from consent import actions, facts
from consent.questions import GMS_REGISTRATION
from consent.roles import Deed
from consent.sent import requests_of
from consent.staff import here
from consent.staff.forms import StaffForm
from consent.standing import local_date
from registration.actions import NotPossible
from registration.feeds.confirmations import COLUMNS, Confirmation, confirmations_of
from registration.feeds.table import NotATable, NotText, Problem, text_of
from registration.models import Patient, Prison, RegistrationRequest

MOST_BYTES, MOST_ROWS = 1_000_000, 5000


class Found(StrEnum):
    CONFIRM = "confirm"
    ALREADY = "already"
    NOT_MADE = "not-made"
    NO_REQUEST = "no-request"
    NOT_FOUND = "not-found"
    ELSEWHERE = "elsewhere"
    OTHER_NUMBER = "other-number"
    AHEAD = "ahead"
    BEFORE = "before"


SAID = {
    Found.CONFIRM: _("Is confirmed"),
    Found.ALREADY: _("Nothing: confirmed already"),
    Found.NOT_MADE: _("Nothing: not marked as made. Record first that the registration was made"),
    Found.NO_REQUEST: _("Nothing: no registration is open for them. Look at their page"),
    Found.NOT_FOUND: _("Nothing: nobody with this prison number is known here"),
    Found.ELSEWHERE: _("Nothing: not at this prison, or not on a general list. Their own prison confirms it"),
    Found.OTHER_NUMBER: _("Nothing: another NHS number is known here. Find out which is right"),
    Found.AHEAD: _("Nothing: the day lies ahead"),
    Found.BEFORE: _("Nothing: registered before this registration was begun. Look in the clinical system"),
}


@dataclass(frozen=True, slots=True)
class Row:
    told: Confirmation
    found: Found
    person: Patient | None = None
    request: RegistrationRequest | None = None

    @property
    def said(self) -> str:
        return str(SAID[self.found])

    @property
    def is_to_do(self) -> bool:
        return self.found is Found.CONFIRM


class FileForm(StaffForm):
    file = forms.FileField(
        label=_("File of the clinical system (CSV)"),
        required=False,
        allow_empty_file=True,  # text_of says that it is empty
        help_text=_("Its first line names the columns %(columns)s. Nothing is written before you have seen every row."),
    )
    # The same file again, from the page that shows it: what is confirmed is worked out anew from it.
    text = forms.CharField(required=False, widget=forms.HiddenInput, strip=False)

    def clean(self) -> None:
        file = self.cleaned_data.get("file")
        if file is None and not self.cleaned_data.get("text") and not self.errors:
            self.add_error("file", gettext("Choose a file."))
        elif file is not None and file.size > MOST_BYTES:
            self.add_error("file", gettext("This file is too big. Send it in parts."))
        elif file is not None:
            try:
                self.cleaned_data["text"] = text_of(file.read())
            except NotText as problem:
                self.add_error("file", gettext(str(problem)))


@here.may(Deed.REGISTRATIONS)
def confirm_many(request: HttpRequest) -> HttpResponse:
    prison, now = here.chosen(request), timezone.now()
    form = FileForm(request.POST or None, request.FILES or None)
    form.fields["file"].help_text %= {"columns": ", ".join(COLUMNS)}
    if request.method != "POST" or prison is None or not form.is_valid():
        return shown(request, form)
    text = form.cleaned_data["text"]
    try:
        told, problems = confirmations_of(text)
        if len(told) > MOST_ROWS:
            raise NotATable(gettext("it has more than %(most)s rows. Send it in parts.") % {"most": MOST_ROWS})
    except NotATable as problem:
        form.add_error("file", gettext("The file cannot be used: %(why)s") % {"why": problem})
        return shown(request, form)
    rows = compare(told, prison, now)
    mark = here.mark_of([(row.told, row.found.value) for row in rows])
    if request.POST.get("mark"):
        if request.POST["mark"] == mark:
            return confirmed(request, [row for row in rows if row.is_to_do])
        messages.warning(
            request, gettext("Something has changed since this was shown. Look again: nothing was written.")
        )
    here.note_list(request, [row.person for row in rows if row.person and row.found is not Found.ELSEWHERE], "confirm")
    return shown(request, form, text=text, rows=rows, problems=problems, mark=mark)


def shown(
    request: HttpRequest,
    form: FileForm,
    *,
    text: str = "",
    rows: Iterable[Row] = (),
    problems: Iterable[Problem] = (),
    mark: str = "",
) -> HttpResponse:
    many = sum(row.is_to_do for row in rows)
    return here.form_page(
        request,
        form,
        template="confirm_many",
        title=gettext("Confirm registrations from a file"),
        button=gettext("Show what it would do"),
        back=reverse("list", args=["registrations-to-confirm"]),
        text=text,
        rows=rows,
        problems=problems,
        mark=mark,
        many=many,
        confirm=ngettext("Confirm this one", "Confirm these %(many)s", many) % {"many": many},
    )


def confirmed(request: HttpRequest, rows: list[Row]) -> HttpResponse:
    """Each by itself: what is not possible any more for one of them is said, and takes nothing from the others."""
    done = 0
    for row in rows:
        try:
            actions.move_request(
                request=row.request, to="confirmed", user=request.user, registered_on=row.told.registered_on
            )
            done += 1
        except NotPossible as problem:
            messages.error(request, f"{row.told.number}: {gettext(str(problem))}")
    said = ngettext("One registration is confirmed.", "%(many)s registrations are confirmed.", done)
    messages.success(request, said % {"many": done})
    return redirect("list", "registrations-to-confirm")


def compare(told: list[Confirmation], prison: Prison, at: datetime) -> list[Row]:
    """What each row would do. A handful of queries, however many rows. Writes nothing."""
    numbers = [row.number for row in told]
    known = Patient.objects.filter(prison_number__in=numbers).select_related("status", "merged_into__status")
    people = {patient.prison_number: patient.merged_into or patient for patient in known}
    under_way = requests_of(set(people.values()))
    return [judged(row, people.get(row.number), under_way, prison, at) for row in told]


def judged(
    told: Confirmation,
    person: Patient | None,
    under_way: Mapping[int, RegistrationRequest],
    prison: Prison,
    at: datetime,
) -> Row:
    if person is None:
        return Row(told, Found.NOT_FOUND)
    status = getattr(person, "status", None)
    standing = facts.standing_in(status, at) if status else None
    if standing is None or standing.prison != prison.pk or standing.sensitive:
        return Row(told, Found.ELSEWHERE)
    request = under_way.get(person.pk)
    return Row(
        told, found(told, person, standing.questions[GMS_REGISTRATION.id].registered, request, at), person, request
    )


def found(
    told: Confirmation, person: Patient, is_registered: bool, request: RegistrationRequest | None, at: datetime
) -> Found:
    if told.nhs_number and person.nhs_number and told.nhs_number != person.nhs_number:
        return Found.OTHER_NUMBER
    if told.registered_on > local_date(at):
        return Found.AHEAD
    is_open = request is not None and request.state in ("to-make", "made")
    if request is None or not is_open:
        return Found.ALREADY if is_registered else Found.NO_REQUEST
    if request.to_confirm:
        return Found.CONFIRM
    if request.state == "to-make":
        return Found.NOT_MADE
    return Found.BEFORE if told.registered_on < local_date(request.opened_at) else Found.CONFIRM
