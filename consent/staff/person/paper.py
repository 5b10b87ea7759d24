"""A paper that somebody filled in by hand, written down: both answers on one page, with one press."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent import actions
from consent.papers.paper_code import what_it_says
from consent.policy import Answer
from consent.roles import Deed
from consent.staff import wording
from consent.staff.forms import CLASSES, MomentField, OnceForm, one_of, text, this_minute
from consent.staff.here import done, form_page, of_person, person_page
from consent.staff.matters import Matter, standing_matters
from consent.staff.person.answers import CODE, INTERPRETER, moment_said
from registration.actions import NotPossible
from registration.models import Patient

ON_PAPER = [(a.value, wording.ANSWERS[a]) for a in (Answer.YES, Answer.NO, Answer.LATER)]


class PaperForm(OnceForm):
    at = MomentField(label=_("When they answered"), initial=this_minute)
    code = text(CODE["label"], help_text=_("It says which words they read. Leave it blank when there is none."))
    interpreter = text(_("Interpreter"), **INTERPRETER)

    def __init__(self, *args: Any, open_now: list[Matter], reads_english: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        answers = {matter.question.id: one_of(matter.title, ON_PAPER, required=False) for matter in open_now}
        if reads_english:
            del self.fields["interpreter"]
        for field in answers.values():
            field.widget.attrs["class"] = CLASSES[type(field.widget)]
        self.fields = {**answers, **self.fields}
        self.on_paper: dict[str, dict[str, Any]] = {}  # what each answer keeps of the paper

    def clean(self) -> None:
        if code := self.cleaned_data.get("code"):
            try:
                self.on_paper = {question: what_it_says(code, question) for question in self.answers_given()}
            except NotPossible as problem:
                self.add_error("code", gettext(str(problem)))
        if not self.answers_given() and not self.errors:
            raise forms.ValidationError(gettext("Choose what they filled in, for at least one question."))

    def answers_given(self) -> dict[str, Answer]:
        questions = (name for name in self.fields if name not in self.base_fields)
        return {name: Answer(self.cleaned_data[name]) for name in questions if self.cleaned_data.get(name)}


@of_person("answer", Deed.ANSWERS)
def paper(request: HttpRequest, person: Patient) -> HttpResponse:
    open_now = [matter for matter in standing_matters(person) if matter.is_undecided]
    if not open_now:
        messages.info(request, gettext("They have answered both questions. To change an answer, record it here."))
        return redirect("answer", person.prison_number)
    form = PaperForm(request.POST or None, open_now=open_now, reads_english=wording.reads_english(person))
    to_today = request.GET.get("back") == "today"
    back = reverse("today") if to_today else person_page(person)
    if (
        request.method == "POST"
        and form.is_valid()
        and done(form, write_down, person=person, by=actions.staff(request.user), filled=form)
    ):
        messages.success(request, gettext("What they filled in is recorded."))
        return redirect(back)
    return form_page(
        request,
        form,
        title=gettext("Write down a paper"),
        lead=gettext("What they filled in themselves. Leave out a question that they left out."),
        button=gettext("Record what they filled in"),
        person=person,
        back=back,
    )


@transaction.atomic
def write_down(*, person: Patient, by: dict[str, str], filled: PaperForm) -> None:
    """Both, or neither."""
    typed = filled.cleaned_data
    for question, answer in filled.answers_given().items():
        actions.decide(
            patient=person,
            question=question,
            answer=answer,
            by=by,
            route="paper",
            at=moment_said(typed["at"]),
            once=f"{typed['once']}:{question}"[:80],
            interpreter=typed.get("interpreter", ""),
            **filled.on_paper.get(question, {}),
        )
