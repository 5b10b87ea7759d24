"""What a person can be given on paper, for the part of their page that says so."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from consent.models import Visit
from consent.papers.spoken import offered, spoken_by
from consent.policy import Answer
from consent.staff.doing import slip
from consent.staff.matters import Matter
from consent.words.files import languages
from registration.models import Patient

# What was touched on the tablet at the end of the last visit.
ASKED_FOR = {
    "keep": _("They asked for the paper to keep, with no answer on it."),
    "full": _("They asked for their answer on paper."),
    "none": _("They want no paper."),
}
PRINTED = (Answer.YES, Answer.NO, Answer.LATER)


def on_paper(person: Patient, about: list[Matter], visits: list[Visit]) -> dict[str, Any]:
    """``visits``: all of theirs, the last one first."""
    tags = offered()
    spoken = spoken_by(person, visits, tags)
    answers = [m for m in about if m.asked.decision in PRINTED and m.asked.line and not m.asked.conflict]
    return {
        "asked_for": ASKED_FOR.get(visits[0].state.get("paper", ""), "") if visits else "",
        "languages": [(languages()[tag], tag == spoken) for tag in tags],
        "answers": [(m.title, reverse("summary", args=[person.prison_number, m.asked.line])) for m in answers],
        "is_late": slip(person, about) is not None,
        # Row 9 is for no tablet; on paper they can be asked.
        "may_fill_in": any(m.is_asked or (m.rule.code == "9" and m.is_undecided) for m in about),
    }
