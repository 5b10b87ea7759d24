"""What a person said to staff: an answer by talking or on paper, not possible today, taken back, still yes."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from consent import actions, facts
from consent.papers.paper_code import what_it_says
from consent.policy import Answer
from consent.questions import GMS_REGISTRATION
from consent.roles import Deed
from consent.staff import wording
from consent.staff.forms import MomentField, OnceForm, one_of, text, this_minute
from consent.staff.here import done, form_page, of_person, person_page
from consent.staff.matters import matters_with_request, standing_matters
from consent.staff.person.interpreted import InterpreterFields
from consent.staff.person.timeline import NO_ROOM
from registration.actions import NotPossible
from registration.models import Patient

INTERPRETER = {"help_text": _("Name, or the service. Leave it blank when there was none.")}
CODE = {"label": _("Code at the foot of the paper")}
A_MINUTE = timedelta(seconds=59, microseconds=999_999)
TALK_OR_PAPER = [("talk", _("By talking")), ("paper", _("On paper"))]


class AnswerForm(OnceForm, InterpreterFields):
    question = one_of(_("Question"), [])
    answer = one_of(_("What they said"), [(a.value, wording.ANSWERS[a]) for a in (Answer.YES, Answer.NO, Answer.LATER)])
    at = MomentField(label=_("When they answered"), initial=this_minute)
    route = one_of(_("How"), TALK_OR_PAPER)
    code = text(**CODE, help_text=_("It says which words they read. It looks like this: NYL-1A2B3C4D-5E6F7A8B."))
    no_code = forms.BooleanField(label=_("There is no code on the paper"), required=False)
    field_order = ("question", "answer", "at", "route", "code", "no_code", "interpreter")

    def __init__(self, *args: Any, questions: list[tuple[str, str]], person: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["question"].choices = questions
        if not self.is_with(person, facts.standing_of(person)):
            for name in ("service", "reference", "how", "language"):
                del self.fields[name]
            self.fields["interpreter"].help_text = INTERPRETER["help_text"]
        self.on_paper: dict[str, Any] = {}  # what the answer keeps of the paper

    def clean(self) -> None:
        typed = self.cleaned_data
        if typed.get("route") == "talk" and typed.get("code"):
            self.add_error("code", gettext("By talking there is no paper. Clear the code, or choose “On paper”."))
        elif typed.get("route") == "paper" and typed.get("code") and typed.get("question"):
            try:
                self.on_paper = what_it_says(typed["code"], typed["question"])
            except NotPossible as problem:
                self.add_error("code", gettext(str(problem)))
        elif typed.get("route") == "paper" and not typed.get("code") and not typed.get("no_code"):
            self.add_error("code", gettext("Type the code, or tick that there is none on the paper."))


class NotPossibleForm(OnceForm):
    reason = one_of(
        _("Why"),
        [
            ("Not well enough today", _("Not well enough today")),
            ("No interpreter", _("No interpreter")),
            ("Too tired or upset today", _("Too tired or upset today")),
            ("Did not want to talk", _("Did not want to talk (this is not a no)")),
            (NO_ROOM, _("No time or private place here")),
        ],
        help_text=_("No diagnosis. They are asked again from tomorrow."),
    )


class WithdrawForm(OnceForm):
    question = one_of(_("Which yes they took back"), [])
    at = MomentField(label=_("When they said so"), initial=this_minute)
    route = one_of(_("How"), TALK_OR_PAPER)
    interpreter = text(_("Interpreter"), **INTERPRETER)

    def __init__(self, *args: Any, questions: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["question"].choices = questions


def given(request: HttpRequest, form: OnceForm) -> dict[str, Any]:
    """What every answer to staff carries: who wrote it down, how it was given, and with whose help."""
    typed = form.cleaned_data
    return {
        "question": typed["question"],
        "by": actions.staff(request.user),
        "route": typed["route"],
        "at": moment_said(typed["at"]),
        "once": typed["once"],
        "interpreter": form.interpreted_by() if isinstance(form, InterpreterFields) else typed["interpreter"],
    }


def moment_said(at: datetime) -> datetime:
    """Times are typed to the minute. An answer given after another one in the same minute comes after it."""
    return min(at + A_MINUTE, timezone.now())


@of_person("answer", Deed.ANSWERS)
def answer(request: HttpRequest, person: Patient) -> HttpResponse:
    about = standing_matters(person)
    questions = [(m.question.id, m.title) for m in about if not m.asked.conflict]
    if not questions:
        messages.info(request, gettext("Two records disagree: choose which answer stands before another is recorded."))
        return redirect("conflict", person.prison_number, about[0].question.id)
    form = AnswerForm(
        request.POST or None,
        questions=questions,
        person=person,
        initial={"question": request.GET.get("question", "")},
    )
    if request.method == "POST" and form.is_valid():
        said = Answer(form.cleaned_data["answer"])
        if done(
            form,
            actions.decide,
            patient=person,
            answer=said,
            **given(request, form),
            **form.on_paper,
            is_explained=bool(form.on_paper),
        ):
            stands = facts.standing_of(person).questions[form.cleaned_data["question"]].decision
            if stands == said:
                messages.success(request, gettext("The answer is recorded."))
            else:
                messages.warning(
                    request, gettext("The answer is recorded. A later answer stands, and was not changed.")
                )
            return redirect(person_page(person))
    standing = [m for m in about if m.asked.decision in ("yes", "no")]
    warning = gettext("They have answered already. Record another answer only if they want to change it.")
    return form_page(
        request,
        form,
        title=gettext("Record an answer"),
        lead=gettext("For an answer given by talking or on paper. Only what the person said themselves."),
        warning=warning if standing else "",
        button=gettext("Record the answer"),
        person=person,
        back=person_page(person),
    )


@of_person("not possible", Deed.ANSWERS)
def not_possible(request: HttpRequest, person: Patient) -> HttpResponse:
    form = NotPossibleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        open_questions = [m.question.id for m in standing_matters(person) if m.may_be_put_off]
        if done(
            form,
            actions.could_not_ask,
            patient=person,
            questions=open_questions,
            by=actions.staff(request.user),
            **form.cleaned_data,
        ):
            messages.success(request, gettext("Recorded. They are asked again from tomorrow."))
            return redirect(person_page(person))
    return form_page(
        request,
        form,
        title=gettext("Not possible today"),
        lead=gettext("For someone who should not be asked today. An answer that stands is not touched."),
        button=gettext("Record"),
        person=person,
        back=person_page(person),
    )


@of_person("taken back", Deed.ANSWERS)
def withdraw(request: HttpRequest, person: Patient) -> HttpResponse:
    about = [m for m in matters_with_request(person) if m.asked.decision == "yes"]
    yes = [(m.question.id, m.title) for m in about]
    form = WithdrawForm(request.POST or None, questions=yes, initial={"question": yes[0][0] if len(yes) == 1 else ""})
    if (
        request.method == "POST"
        and form.is_valid()
        and done(form, actions.decide, patient=person, answer=Answer.WITHDRAWN, **given(request, form))
    ):
        taken_back = next(m for m in about if m.question.id == form.cleaned_data["question"])
        said = wording.taken_back(taken_back.question.id, taken_back.work.sent)
        messages.success(request, f"{gettext('Recorded: they took back their answer. Nobody asks again.')} {said}")
        return redirect(person_page(person))
    return form_page(
        request,
        form,
        title=gettext("They took back their answer"),
        template="taken_back",
        undone=[(m.title, wording.taken_back(m.question.id, m.work.sent)) for m in about],
        warning="" if yes else gettext("There is no yes to take back."),
        button=gettext("Record"),
        person=person,
        back=person_page(person),
    )


@require_POST
@of_person("fresh look", Deed.ANSWERS)
def fresh_look_declined(request: HttpRequest, person: Patient) -> HttpResponse:
    is_offered = any(m.rule.code == "11g" for m in standing_matters(person))
    if is_offered:
        actions.record_note(
            patient=person,
            kind="fresh-look-declined",
            by=actions.staff(request.user),
            question=GMS_REGISTRATION.id,
        )
        messages.success(request, gettext("Recorded: they did not want to look at it again."))
    else:
        messages.error(request, gettext("There is nothing to look at again now."))
    return redirect(person_page(person))
