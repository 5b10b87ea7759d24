"""The printed papers and the record as a file, for staff to open, print and give. Who made what is recorded."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET

from consent import facts, ledger
from consent.models import Entry
from consent.papers import staff_copy, summary
from consent.papers.keep import keep_paper
from consent.papers.situations import situation_of
from consent.papers.spoken import language_of
from consent.papers.twin import read_order, twin
from consent.policy import Answer
from consent.proof import export
from consent.roles import Deed
from consent.staff.accounts.web_session import needs_fresh_key
from consent.staff.here import Refused, View, deeds_about, may_see, note_look, signed_in
from consent.staff.papers import as_pdf, language_asked, with_an_order
from registration import actions as registration
from registration.actions import NotPossible
from registration.models import Patient


def printed_of_person(deed: Deed) -> Callable[[View], View]:
    """A paper or a file about one person. Noted once it is made, unlike here.of_person: drawing must hold no lock."""

    def decorate(view: View) -> View:
        @signed_in
        @wraps(view)
        def guarded(request: HttpRequest, number: str, **rest: str) -> HttpResponse:
            person = may_see(request, number, deed)
            return person if isinstance(person, HttpResponse) else view(request, registration.survivor(person), **rest)

        guarded.deed = deed
        return guarded

    return decorate


@require_GET
@printed_of_person(Deed.COPIES)
def summary_pdf(request: HttpRequest, patient: Patient, entry: str) -> HttpResponse:
    return paper(request, patient, entry, summary.patient_summary, "print summary", "summary.pdf")


@require_GET
@printed_of_person(Deed.COPIES)
def staff_copy_pdf(request: HttpRequest, patient: Patient, entry: str) -> HttpResponse:
    if tells_why_not(patient, entry) and Deed.CAPACITY not in deeds_about(request, patient):
        raise Refused(Deed.CAPACITY, patient)
    return paper(request, patient, entry, staff_copy.staff_copy, "print staff copy", "staff-copy.pdf")


@require_GET
@printed_of_person(Deed.COPIES)
def keep_pdf(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The paper to keep, or the slip for whoever was not seen in time; with the first name where that was asked for."""
    is_late = request.GET.get("late") == "1"
    data = keep_paper(
        patient,
        at=timezone.now(),
        language=language_asked(request),
        with_name=request.GET.get("name") == "1",
        is_late=is_late,
    )
    note_look(request, patient, "print slip" if is_late else "print keep")
    return as_pdf(data, "paper.pdf")


@require_GET
@printed_of_person(Deed.VISITS)
def twin_pdf(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The kiosk on paper, in the words for this person's situation."""
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


@require_GET
@printed_of_person(Deed.EXPORT)
@needs_fresh_key
def record_file(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Everything on record of this person, to be given to them: to read, and to check."""
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


def tells_why_not(patient: Patient, entry_hash: str) -> bool:
    """Whether this line says why somebody could not be asked."""
    line = Entry.objects.filter(hash=entry_hash, kind="decision").first()
    return line is not None and ledger.read(line)["data"]["answer"] == Answer.NOT_POSSIBLE


def paper(
    request: HttpRequest, patient: Patient, entry_hash: str, draw: Callable[[Entry], bytes], what: str, file_name: str
) -> HttpResponse:
    """The PDF of an answer of this person; an answer of someone else is not found."""
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
