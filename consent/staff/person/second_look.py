"""The check before sending: the answer, its day and place and the words are read back; one press sends it."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent import actions, facts, ledger
from consent.models import Entry
from consent.papers import staff_copy, summary
from consent.questions import GMS_REGISTRATION
from consent.roles import Deed
from consent.staff import wording
from consent.staff.forms import one_of, text
from consent.staff.here import done, of_person, page, person_page, prisons
from consent.staff.matters import standing_matters
from consent.staff.person.interpreted import InterpreterFields
from consent.staff.person.understood import all_of_it, missed_twice
from consent.standing import Standing
from consent.words import content
from registration import actions as registration
from registration.models import Patient

# More sentences than can be read aloud from the page at a glance: folded away, one press opens them.
MANY_WORDS = 12
SAID_BACK = [
    ("understood", _("They could say it")),
    ("partly", _("In part")),
    ("not", _("Not yet")),
]


class SecondLookForm(InterpreterFields):
    """``points``: what is to be said back in the person's own words, by what it is recorded under."""

    reason = text(
        _("Why it cannot wait until tomorrow"),
        required=True,
        help_text=_("They said yes today. For example: they leave tomorrow morning and asked for it."),
    )

    field_order = ("reason",)

    def __init__(
        self, *args: Any, person: Patient, standing: Standing, is_early: bool, points: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_with(person, standing):
            for name in InterpreterFields.base_fields:
                del self.fields[name]
        if not is_early:
            del self.fields["reason"]
        self.points = list(points)
        for code, asked in points.items():
            field = one_of(asked, SAID_BACK)
            field.widget.attrs["class"] = "nhsuk-radios__input"
            self.fields[code] = field

    def clean(self) -> None:
        for code in self.points:
            if self.cleaned_data.get(code) == "not":
                sentence = gettext(
                    "They cannot say this yet, so nothing is sent. Explain it again, or record “decide later”."
                )
                self.add_error(code, sentence)

    def typed(self) -> dict[str, Any]:
        said_back = {code: self.cleaned_data[code] for code in self.points}
        reason = self.cleaned_data.get("reason", "")
        kept = {"reason": reason, "said_back": said_back, "interpreter": self.interpreted_by()}
        return {name: value for name, value in kept.items() if value}


@of_person("check before sending", Deed.SECOND_LOOK)
def second_look(request: HttpRequest, person: Patient) -> HttpResponse:
    matter = next(m for m in standing_matters(person) if m.question is GMS_REGISTRATION)
    is_early = actions.is_early(matter.asked, timezone.now())
    read_back = words_chosen_from(person, matter.asked.line)
    standing = facts.standing_of(person)
    form = SecondLookForm(
        request.POST or None, person=person, standing=standing, is_early=is_early, points=read_back.pop("points")
    )
    if (
        request.method == "POST"
        and form.is_valid()
        and done(
            form,
            actions.second_look,
            patient=person,
            by=actions.staff(request.user),
            decision=request.POST.get("decision", ""),
            prison=standing.prison,
            route="talk",
            **form.typed(),
        )
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
        **read_back,
    )


def words_chosen_from(person: Patient, line: str) -> dict[str, Any]:
    """The exact words that were on the screen when they answered; none for an answer by talking or on paper."""
    entry = Entry.objects.filter(hash=line, chain__in=[p.record_id for p in registration.family(person)]).first()
    data = ledger.read(entry)["data"] if entry else {}
    shown = summary.presentation_of(data)
    answered = wording.time_of(entry.at) if entry else ""
    if not shown:
        return {"words": [], "choices": [], "answered": answered, "points": {}, "is_long": False}
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
        "points": {**missed_twice(shown), **all_of_it(data)},
    }
