"""The work that follows a yes: asking the GP at home tonight, and registering with the prison GP step by step."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from consent import actions, facts
from consent.questions import GP_RECORD
from consent.roles import Deed
from consent.staff import wording
from consent.staff.forms import StaffForm, one_of, text
from consent.staff.here import done, form_page, may, of_person, person_page, seen_of
from consent.staff.matters import standing_matters
from registration.actions import STEPS, NotPossible
from registration.models import Message, Patient, RegistrationRequest

STEP_LABELS = {
    "made": _("The registration was made"),
    "confirmed": _("The registration is confirmed"),
    "rejected": _("The registration was rejected"),
    "stopped": _("Stop: nothing was sent, and it is not to be made"),
    "ended": _("It has ended: they are on another GP’s list, or have died"),
}
# On which list the step stands that comes next.
LIST_OF = {"to-make": "registrations", "made": "registrations-to-confirm"}


class RequestForm(StaffForm):
    to = one_of(_("What happened"), [])
    still_here = forms.BooleanField(
        label=_("They are still here: I have checked"),
        required=False,
        help_text=_("Needed when the registration was made. Somebody who has left is not registered with this GP."),
    )
    reason = text(_("Reason, when it was rejected, stopped or has ended"))

    def __init__(self, *args: Any, steps: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = steps
        if "made" not in dict(steps):
            del self.fields["still_here"]

    def clean(self) -> None:
        typed = self.cleaned_data
        if typed.get("to") in ("rejected", "stopped", "ended") and not typed.get("reason"):
            self.add_error("reason", gettext("Write the reason."))


def back_to(request: HttpRequest, person: Patient) -> HttpResponse:
    """To the list the button stood on, or to the person's page."""
    if (slug := request.POST.get("list", "")) and slug.replace("-", "").isalpha():
        return redirect("list", their_list(request, person, slug))
    return redirect("person", person.prison_number)


def their_list(request: HttpRequest, person: Patient, slug: str) -> str:
    """The list that they are on: whoever has a sensitive record is on one alone."""
    return "sensitive" if seen_of(request, person).sensitive else slug


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


@may(Deed.REGISTRATIONS, anywhere=True, sensitive=True)
def request_step(request: HttpRequest, pk: int) -> HttpResponse:
    work = get_object_or_404(RegistrationRequest.objects.select_related("patient__merged_into", "made_in"), pk=pk)
    stands = work.patient.merged_into or work.patient
    return step_for(request, stands.prison_number, work=work)


@of_person("registration", Deed.REGISTRATIONS)
def step_for(request: HttpRequest, person: Patient, work: RegistrationRequest) -> HttpResponse:
    steps = [(to, str(STEP_LABELS[to])) for to in STEP_LABELS if to in STEPS[work.state]]
    if work.state == "to-make":
        now = timezone.now()
        problem = actions.why_not_sent(facts.standing_of(person, now), work, now)
        left_out = {*(["made"] if problem else []), *([] if work.to_confirm else ["confirmed"])}
        steps = [step for step in steps if step[0] not in left_out]
    else:
        problem = "" if steps else gettext("There is no step left for this registration.")
    slug = LIST_OF.get(work.state)
    back = reverse("list", args=[their_list(request, person, slug)]) if slug else person_page(person)
    form = RequestForm(request.POST or None, steps=steps)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        if done(
            form,
            actions.move_request,
            request=work,
            to=typed["to"],
            user=request.user,
            reason=typed["reason"],
            still_here=typed.get("still_here", False),
        ):
            messages.success(request, gettext("Recorded."))
            return redirect("list", their_list(request, person, LIST_OF.get(typed["to"], "registrations")))
    reached = wording.step_reached(work)
    return form_page(
        request,
        form,
        template="request",
        title=gettext("Registration with the prison GP"),
        lead=reached
        if work.state == "confirmed"
        else f"{reached} {gettext('“They said yes” is not “they are registered”.')}",
        warning=problem,
        button=gettext("Record"),
        person=person,
        may_print=work.state == "to-make" and not problem,
        back=back,
    )


@may(Deed.MESSAGES)
@require_POST
def message_dealt_with(request: HttpRequest, pk: int) -> HttpResponse:
    actions.deal_with_message(message=get_object_or_404(Message, pk=pk))
    messages.success(request, gettext("Dealt with. The message is kept."))
    return redirect("list", "messages")
