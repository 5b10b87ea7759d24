"""What a person said to staff: an answer by talking or on paper, not possible today, taken back, still yes."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from consent import actions, facts, ledger
from consent.models import Entry
from consent.papers import staff_copy, summary
from consent.policy import Answer
from consent.questions import GMS_REGISTRATION
from consent.roles import Deed
from consent.staff import wording
from consent.staff.forms import MomentField, OnceForm, StaffForm, one_of, text, this_minute
from consent.staff.here import done, form_page, of_person, page, person_page, prisons
from consent.staff.matters import standing_matters
from consent.staff.person.understood import heard_alone, missed_twice
from consent.words import content
from registration import actions as registration
from registration.models import Patient

INTERPRETER = {"help_text": _("Name, or the service. Leave it blank when there was none.")}
# More sentences than can be read aloud from the page at a glance: folded away, one press opens them.
MANY_WORDS = 12
A_MINUTE = timedelta(seconds=59, microseconds=999_999)
TALK_OR_PAPER = [("talk", _("By talking")), ("paper", _("On paper"))]


class AnswerForm(OnceForm):
    question = one_of(_("Question"), [])
    answer = one_of(_("What they said"), [(a.value, wording.ANSWERS[a]) for a in (Answer.YES, Answer.NO, Answer.LATER)])
    at = MomentField(label=_("When they answered"), initial=this_minute)
    route = one_of(_("How"), TALK_OR_PAPER)
    interpreter = text(_("Interpreter"), **INTERPRETER)

    def __init__(self, *args: Any, questions: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["question"].choices = questions


class NotPossibleForm(OnceForm):
    reason = one_of(
        _("Why"),
        [
            ("Not well enough today", _("Not well enough today")),
            ("No interpreter", _("No interpreter")),
            ("Too tired or upset today", _("Too tired or upset today")),
            ("No time or private place", _("No time or private place")),
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
        # Times are typed to the minute. An answer given after another one in the same minute comes after it.
        "at": min(typed["at"] + A_MINUTE, timezone.now()),
        "once": typed["once"],
        "interpreter": typed["interpreter"],
    }


@of_person("answer", Deed.ANSWERS)
def answer(request: HttpRequest, person: Patient) -> HttpResponse:
    about = standing_matters(person)
    questions = [(m.question.id, m.title) for m in about if not m.asked.conflict]
    if not questions:
        messages.info(request, gettext("Two records disagree: choose which answer stands before another is recorded."))
        return redirect("conflict", person.prison_number, about[0].question.id)
    form = AnswerForm(request.POST or None, questions=questions, initial={"question": request.GET.get("question", "")})
    if request.method == "POST" and form.is_valid():
        said = Answer(form.cleaned_data["answer"])
        if done(form, actions.decide, patient=person, answer=said, **given(request, form)):
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
    yes = [(m.question.id, m.title) for m in standing_matters(person) if m.asked.decision == "yes"]
    form = WithdrawForm(request.POST or None, questions=yes, initial={"question": yes[0][0] if len(yes) == 1 else ""})
    if (
        request.method == "POST"
        and form.is_valid()
        and done(form, actions.decide, patient=person, answer=Answer.WITHDRAWN, **given(request, form))
    ):
        messages.success(request, gettext("Recorded: they took back their answer. Nobody asks again."))
        return redirect(person_page(person))
    return form_page(
        request,
        form,
        title=gettext("They took back their answer"),
        lead=gettext("A yes that is not sent yet is stopped. One that was sent needs your help to undo."),
        warning="" if yes else gettext("There is no yes to take back."),
        button=gettext("Record"),
        person=person,
        back=person_page(person),
    )


@of_person("check before sending", Deed.SECOND_LOOK)
def second_look(request: HttpRequest, person: Patient) -> HttpResponse:
    """Reads back the answer, its day and place, and the words they chose from; one press sends it."""
    form = StaffForm(request.POST or None)
    matter = next(m for m in standing_matters(person) if m.question is GMS_REGISTRATION)
    if request.method == "POST" and done(
        form,
        actions.second_look,
        patient=person,
        by=actions.staff(request.user),
        decision=request.POST.get("decision", ""),
        prison=facts.standing_of(person).prison,
        route="talk",
    ):
        messages.success(request, gettext("It is still yes. The registration is on the list to be made."))
        return redirect(person_page(person))
    return page(
        request,
        "second_look",
        status=422 if form.errors else 200,
        person=person,
        form=form,
        is_due=matter.wants_check,
        said=wording.said(matter.asked, prisons(request)),
        because=matter.because,
        line=matter.asked.line,
        needs=wording.needs(person),
        **words_chosen_from(person, matter.asked.line),
    )


def words_chosen_from(person: Patient, line: str) -> dict[str, Any]:
    """The exact words that were on the screen when they answered; none for an answer by talking or on paper."""
    entry = Entry.objects.filter(hash=line, chain__in=[p.record_id for p in registration.family(person)]).first()
    data = ledger.read(entry)["data"] if entry else {}
    shown = summary.presentation_of(data)
    answered = wording.time_of(entry.at) if entry else ""
    if not shown:
        return {"words": [], "choices": [], "answered": answered, "explain_again": [], "is_long": False}
    words = content.in_english(content.words(shown["explanation"]))
    told = [
        (is_title, f"{english} ({exact})" if english else exact)
        for name, exact, english, is_title in staff_copy.sentences_shown(shown)
        if not name.removeprefix("title:").startswith("language")
    ]
    return {
        "words": told,
        "is_long": len(told) > MANY_WORDS,
        "choices": [words.choices[name].sentences[0][1] for name in shown["order"]],
        "answered": answered,
        "explain_again": [*missed_twice(shown), *heard_alone(data)],
    }


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
