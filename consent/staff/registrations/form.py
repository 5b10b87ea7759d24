"""The page to sign for a registration and the same as a file: only for whoever is here, on a yes that may be sent."""

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent import actions, facts
from consent.papers import registration as papers
from consent.roles import Deed
from consent.staff.forms import StaffForm
from consent.staff.here import form_page, note_look
from consent.staff.matters import last_request
from consent.staff.papers import as_pdf
from consent.staff.person.prints import printed_of_person
from consent.standing import local_date
from registration import actions as registration
from registration.details import as_fields, details_of
from registration.models import Patient, Prison

FILES = {"json": ("application/json", papers.as_json), "csv": ("text/csv; charset=utf-8", papers.as_csv)}


class StillHereForm(StaffForm):
    still_here = forms.BooleanField(
        label=_("They are still here: I have checked"),
        error_messages={"required": _("Check that they are still here, and tick this.")},
    )


@printed_of_person(Deed.REGISTRATIONS)
def form(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Printed and filed only when asked for by a form that says they are still here."""
    now = timezone.now()
    people = registration.family(patient)
    standing, work = facts.standing_of(patient, now), last_request(people)
    if work is None or work.state not in ("to-make", "made"):
        problem = gettext("Begin the registration first: nothing is printed before.")
    else:
        problem = actions.why_not_sent(standing, work, now)
    typed = StillHereForm(request.POST or None)
    if request.method == "POST" and problem:
        typed.add_error(None, problem)
    if request.method == "POST" and typed.is_valid():
        fields = as_fields(
            patient,
            details_of(people),
            Prison.objects.get(pk=standing.prison),
            settings.NATIONAL_PRACTICE_ODS_CODE,
            local_date(now),
        )
        name = request.POST.get("as", "pdf")
        if name in FILES:
            kind, made = FILES[name]
            note_look(request, patient, f"registration {name}")
            return HttpResponse(
                made(fields),
                content_type=kind,
                headers={
                    "Content-Disposition": f'attachment; filename="registration-{patient.prison_number}.{name}"',
                    "X-Content-Type-Options": "nosniff",
                },
            )
        page = papers.as_page(fields, identifier=str(work.pk), at=now)
        note_look(request, patient, "print registration")
        return as_pdf(page, "registration.pdf")
    note_look(request, patient, "registration form")
    return form_page(
        request,
        typed,
        template="registration_form",
        title=gettext("The form for the registration"),
        lead=gettext(
            "What form GMS1 asks for, on one page to sign, or as a file for the clinical system. It registers nobody "
            "by itself: when it is sent, record that the registration was made."
        ),
        warning=problem,
        button=gettext("Page to sign (PDF)"),
        person=patient,
        work=work,
        # Made and not confirmed yet, a page to sign is not wanted any more, and the next step is.
        may_go_on=work is not None and (not problem or work.state == "made"),
        back=reverse("registration-details", args=[patient.prison_number]),
    )
