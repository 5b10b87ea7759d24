"""The work that follows a yes: asking the GP at home tonight, and registering with the prison GP step by step."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from consent import actions
from consent.questions import GP_RECORD
from consent.roles import Deed
from consent.staff import wording
from consent.staff.forms import StaffForm, one_of, text
from consent.staff.here import done, form_page, may, of_person
from consent.staff.matters import standing_matters
from registration.actions import STEPS, NotPossible
from registration.models import Message, Patient, RegistrationRequest

STEP_LABELS = {
    "made": _("The registration was made"),
    "confirmed": _("The registration is confirmed"),
    "rejected": _("The registration was rejected"),
    "stopped": _("Stop: it is not to be made"),
}


class RequestForm(StaffForm):
    to = one_of(_("What happened"), [])
    reason = text(_("Reason, when it was rejected or stopped"))

    def __init__(self, *args: Any, steps: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = steps

    def clean(self) -> None:
        if self.cleaned_data.get("to") in ("rejected", "stopped") and not self.cleaned_data.get("reason"):
            self.add_error("reason", gettext("Write the reason."))


def back_to(request: HttpRequest, person: Patient) -> HttpResponse:
    """To the list the button stood on, or to the person's page."""
    if (slug := request.POST.get("list", "")) and slug.replace("-", "").isalpha():
        return redirect("list", slug)
    return redirect("person", person.prison_number)


@require_POST
@of_person("GP record request", Deed.REGISTRATIONS)
def task_done(request: HttpRequest, person: Patient) -> HttpResponse:
    matter = next(m for m in standing_matters(person) if m.question is GP_RECORD)
    if matter.wants_task and matter.asked.line == request.POST.get("line"):
        actions.record_note(
            patient=person,
            kind="task-done",
            by=actions.staff(request.user),
            question=GP_RECORD.id,
            refers=(matter.asked.line,),
        )
        messages.success(request, gettext("Done: %(who)s’s GP was asked.") % {"who": person.prison_number})
    else:
        messages.error(request, gettext("This was done already, or the answer has changed. Look at the person’s page."))
    return back_to(request, person)


@require_POST
@of_person("registration", Deed.REGISTRATIONS)
def begin_request(request: HttpRequest, person: Patient) -> HttpResponse:
    try:
        actions.begin_request(patient=person, user=request.user)
    except NotPossible as problem:
        messages.error(request, gettext(str(problem)))
    else:
        messages.success(request, gettext("The registration is on the list to be made."))
    return back_to(request, person)


@may(Deed.REGISTRATIONS, anywhere=True)
def request_step(request: HttpRequest, pk: int) -> HttpResponse:
    work = get_object_or_404(RegistrationRequest.objects.select_related("patient__merged_into"), pk=pk)
    return step_for(request, work.patient.prison_number, work=work)


@of_person("registration", Deed.REGISTRATIONS)
def step_for(request: HttpRequest, person: Patient, work: RegistrationRequest) -> HttpResponse:
    steps = [(to, str(STEP_LABELS[to])) for to in STEP_LABELS if to in STEPS[work.state]]
    if work.state == "to-make" and not work.to_confirm:
        steps = [step for step in steps if step[0] != "confirmed"]
    form = RequestForm(request.POST or None, steps=steps)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        if done(form, actions.move_request, request=work, to=typed["to"], user=request.user, reason=typed["reason"]):
            messages.success(request, gettext("Recorded."))
            return redirect("list", "registrations")
    state = gettext("to confirm") if work.to_confirm and work.state == "to-make" else work.get_state_display()
    return form_page(
        request,
        form,
        title=gettext("Registration with the prison GP"),
        lead=gettext("Now: %(state)s, since %(when)s. “They said yes” is not “they are registered”.")
        % {"state": state, "when": wording.time_of(work.changed_at)},
        warning="" if steps else gettext("There is no step left for this registration."),
        button=gettext("Record"),
        person=person,
        back=reverse("list", args=["registrations"]),
    )


@may(Deed.MESSAGES)
@require_POST
def message_dealt_with(request: HttpRequest, pk: int) -> HttpResponse:
    actions.deal_with_message(message=get_object_or_404(Message, pk=pk))
    messages.success(request, gettext("Dealt with. The message is kept."))
    return redirect("list", "messages")
