"""Help for whoever took back a yes that was sent: what staff did is kept in the record."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent import actions
from consent.questions import GMS_REGISTRATION
from consent.roles import Deed
from consent.staff import wording
from consent.staff.forms import StaffForm, text
from consent.staff.here import form_page, of_person, person_page
from consent.staff.matters import matters_with_request
from consent.staff.registrations.steps import their_list
from registration.models import Patient


class HelpForm(StaffForm):
    reason = text(
        _("What you told them and what was done"),
        required=True,
        help_text=_("For example: told them that registering with another GP ends it; they do that when they leave."),
    )


@of_person("help after taking back", Deed.REGISTRATIONS)
def help_undo(request: HttpRequest, person: Patient) -> HttpResponse:
    matter = next(m for m in matters_with_request(person) if m.question is GMS_REGISTRATION)
    need = matter.work.undo
    form = HelpForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and need is None:
        form.add_error(None, gettext("Nobody is waiting for this help any more. Nothing was recorded."))
    if request.method == "POST" and form.is_valid():
        actions.record_note(
            patient=person,
            kind="helped-after-taking-back",
            by=actions.staff(request.user),
            question=GMS_REGISTRATION.id,
            refers=(matter.asked.line,),
            reason=form.cleaned_data["reason"],
        )
        messages.success(request, gettext("Recorded."))
        return redirect("list", their_list(request, person, "taken-back"))
    return form_page(
        request,
        form,
        title=gettext("They took back a yes that was sent"),
        lead=wording.taken_back(GMS_REGISTRATION.id, matter.work.sent) if need else "",
        warning="" if need else gettext("There is nothing to help with: no yes that was sent has been taken back."),
        button=gettext("Record"),
        person=person,
        back=person_page(person),
    )
