"""The printed papers and the record as a file, for staff to open, print and give. Who made what is recorded."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET

from consent import actions, facts
from consent.models import Entry
from consent.papers import staff_copy, summary
from consent.papers.keep import keep_paper
from consent.papers.situations import situation_of
from consent.papers.spoken import language_of
from consent.papers.twin import read_order, twin
from consent.proof import export
from consent.staff.here import chosen, person_with
from consent.staff.papers import as_pdf, language_asked, with_an_order
from registration import actions as registration
from registration.actions import NotPossible
from registration.models import Patient


@login_required
@require_GET
def summary_pdf(request: HttpRequest, number: str, entry: str) -> HttpResponse:
    return paper(request, number, entry, summary.patient_summary, "print summary", "summary.pdf")


@login_required
@require_GET
def staff_copy_pdf(request: HttpRequest, number: str, entry: str) -> HttpResponse:
    return paper(request, number, entry, staff_copy.staff_copy, "print staff copy", "staff-copy.pdf")


@login_required
@require_GET
def keep_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The paper to keep; with the first name on it where that was asked for."""
    patient = registration.survivor(person_with(number))
    data = keep_paper(
        patient, at=timezone.now(), language=language_asked(request), with_name=request.GET.get("name") == "1"
    )
    note_look(request, patient, "print keep")
    return as_pdf(data, "paper.pdf")


@login_required
@require_GET
def twin_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The kiosk on paper, in the words for this person's situation."""
    patient = registration.survivor(person_with(number))
    language, order, now = language_asked(request), read_order(request.GET.get("order", "")), timezone.now()
    if order is None:
        return with_an_order(request)
    standing = facts.standing_of(patient, now)
    try:
        situation = situation_of(patient, standing, now)
    except NotPossible as problem:
        return impossible(problem)
    data = twin(
        language=language or language_of(patient),
        order=order,
        situation=situation,
        prison=standing.prison or "",
        who=f"{patient.name} {patient.prison_number}".strip(),
    )
    note_look(request, patient, "print twin")
    return as_pdf(data, "to-fill-in.pdf")


@login_required
@require_GET
def record_file(request: HttpRequest, number: str) -> HttpResponse:
    """Everything on record of this person, to be given to them: to read, and to check."""
    patient = person_with(number)
    data = export.as_file(patient)
    note_look(request, patient, "export")
    return HttpResponse(
        data,
        content_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="record-{patient.prison_number}.zip"',
            "X-Content-Type-Options": "nosniff",
        },
    )


def note_look(request: HttpRequest, patient: Patient, what: str) -> None:
    here = chosen(request)
    with transaction.atomic():
        actions.looked(patient=patient, who=request.user.get_username(), what=what, prison=here.pk if here else "")


def paper(
    request: HttpRequest, number: str, entry_hash: str, draw: Callable[[Entry], bytes], what: str, file_name: str
) -> HttpResponse:
    """The PDF of an answer of this person; an answer of someone else is not found."""
    patient = person_with(number)
    chains = [person.record_id for person in registration.family(patient)]
    entry = get_object_or_404(Entry, hash=entry_hash, chain__in=chains)
    try:
        pdf = draw(entry)  # before the transaction: drawing takes a while, and the write lock is everyone's
    except NotPossible as problem:
        return impossible(problem)
    note_look(request, patient, what)
    return as_pdf(pdf, file_name)


def impossible(problem: NotPossible) -> HttpResponse:
    return HttpResponse(str(problem), status=409, content_type="text/plain; charset=utf-8")
