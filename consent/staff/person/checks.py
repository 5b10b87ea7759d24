"""What only staff can settle: an earlier answer, records that disagree, an entry made in error."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import authenticate
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent import actions, facts
from consent.policy import Answer
from consent.roles import Deed
from consent.staff import wording
from consent.staff.forms import MomentField, StaffForm, one_of, prison_choices, text
from consent.staff.here import done, form_page, of_person, person_page, prisons
from consent.staff.matters import standing_matters
from consent.staff.person import timeline
from registration import actions as registration
from registration.models import Notice, Patient

# What goes into the record: the same words in whatever language the screen was.
FOUND = {
    "nothing": "not asked before, not registered",
    "asked": "asked before, with an answer",
    "unclear": "asked before, without an answer",
    "registered": "registered with the prison GP",
}


class StaffCheckForm(StaffForm):
    found = one_of(
        _("What you found in the clinical system"),
        [
            ("nothing", _("Not asked before, and not registered")),
            ("asked", _("Asked before, and the answer is there")),
            ("unclear", _("Asked before, but no answer is there")),
            ("registered", _("Registered with the prison GP")),
        ],
    )
    answer = one_of(
        _("Their answer to signing up with the prison GP"),
        [(a.value, wording.ANSWERS[a]) for a in (Answer.YES, Answer.NO, Answer.LATER)],
        required=False,
        help_text=_("Only when an answer is there."),
    )
    at = MomentField(label=_("When they answered"), required=False)
    prison = forms.ChoiceField(label=_("Where they answered"), required=False)

    def __init__(self, *args: Any, prisons: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["prison"].choices = prisons

    def clean(self) -> None:
        if self.cleaned_data.get("found") != "asked":
            return
        if not self.cleaned_data.get("answer"):
            self.add_error("answer", gettext("Choose the answer that is there, or say that none is."))
        if not self.cleaned_data.get("at") and "at" not in self.errors:
            self.add_error("at", gettext("Give the date and time of that answer."))
        if not self.cleaned_data.get("prison"):
            self.add_error("prison", gettext("Choose the prison in which they answered."))


class ConflictForm(StaffForm):
    answer = one_of(
        _("Which answer stands"), [(a.value, wording.ANSWERS[a]) for a in (Answer.YES, Answer.NO, Answer.LATER)]
    )
    reason = text(_("Why"), required=True, help_text=_("For example: asked the person again today."))


class ReasonForm(StaffForm):
    reason = text(_("Why"), required=True)


class InErrorForm(ReasonForm):
    second = text(_("User name of the second member of staff"), required=True, most=150)
    password = forms.CharField(
        label=_("Their password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("They type it themselves. Two people say that an entry was made in error."),
    )


@of_person("staff check", Deed.CORRECTIONS)
def staff_check(request: HttpRequest, person: Patient) -> HttpResponse:
    form = StaffCheckForm(request.POST or None, prisons=prison_choices(prisons(request).values()))
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        if done(
            form,
            actions.settle_earlier,
            patient=person,
            user=request.user,
            found=FOUND[typed["found"]],
            registered=typed["found"] == "registered",
            answer=typed["answer"] if typed["found"] == "asked" else "",
            at=typed["at"],
            prison_id=typed["prison"],
        ):
            messages.success(request, gettext("Recorded what the clinical system shows."))
            return redirect(person_page(person))
    return form_page(
        request,
        form,
        title=gettext("What the clinical system shows"),
        lead=gettext("They may have been asked before. Nobody is asked twice because a record was missing."),
        button=gettext("Record"),
        person=person,
        back=person_page(person),
    )


@of_person("conflict", Deed.CORRECTIONS)
def conflict(request: HttpRequest, person: Patient, question: str) -> HttpResponse:
    matter = next((m for m in standing_matters(person) if m.question.id == question), None)
    if matter is None:
        raise Http404
    if not matter.asked.conflict:
        messages.info(request, gettext("There is no conflict here any more."))
        return redirect(person_page(person))
    sides = both_sides(request, person, matter.asked.in_play)
    must_choose = len({side.sentence for side in sides}) > 1
    form = (ConflictForm if must_choose else ReasonForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if must_choose:
            chosen = Answer(form.cleaned_data["answer"])
            settled = done(
                form,
                actions.resolve_conflict,
                patient=person,
                user=request.user,
                question=question,
                answer=chosen,
                reason=reason,
            )
        else:
            settled = done(form, actions.settle_notices, patient=person, user=request.user, reason=reason)
        if settled:
            messages.success(request, gettext("Settled. Both records stay as they are; your choice is a new line."))
            return redirect(person_page(person))
    return form_page(
        request,
        form,
        template="conflict",
        title=gettext("Two records disagree"),
        button=gettext("This one stands") if must_choose else gettext("What is on record is right"),
        person=person,
        back=person_page(person),
        about=matter.title,
        sides=sides,
        notices=notices_of(person),
    )


def both_sides(request: HttpRequest, person: Patient, lines: tuple[str, ...]) -> list[timeline.Told]:
    entries = facts.entries_of(registration.family(person))
    return timeline.timeline((e for e in entries if e.hash in lines), prisons(request))


def notices_of(person: Patient) -> list[tuple[str, str, str]]:
    """What the prison service said that has to be looked at, as far as it is not settled."""
    open_keys = facts.standing_of(person).notices
    rows = Notice.objects.filter(patient__in=registration.family(person), key__in=open_keys).order_by("at")
    return [(wording.time_of(row.at), row.get_kind_display(), row.detail) for row in rows]


@of_person("recorded in error", Deed.CORRECTIONS)
def in_error(request: HttpRequest, person: Patient, entry: str) -> HttpResponse:
    known = facts.entries_of(registration.family(person))
    line = next((e for e in known if e.hash == entry), None)
    if line is None:
        raise Http404
    form = InErrorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        second = authenticate(request, username=typed["second"], password=typed["password"])
        if second is None:
            form.add_error("password", gettext("This user name and password do not go together. Nothing was changed."))
        elif done(form, actions.record_in_error, entry=line, user=request.user, second=second, reason=typed["reason"]):
            messages.success(request, gettext("Marked as recorded in error. It stays visible, struck through."))
            return redirect(person_page(person))
    [told] = timeline.timeline([line], prisons(request)) or [None]
    no_question = gettext("no question")
    return form_page(
        request,
        form,
        title=gettext("Recorded in error"),
        lead=f"{told.when}: {told.sentence} ({told.about or no_question}; {told.details})" if told else "",
        warning=gettext("The line stays visible, struck through, and no longer counts. Say why, both of you."),
        button=gettext("Mark as recorded in error"),
        person=person,
        back=person_page(person),
    )
