"""An answer on paper for the person: what was asked, what they said, and what happens next.

The same decision prints the same bytes: nothing here reads the clock, and the words are those published then.
"""

from typing import Any

from consent.history import HOLD_SECOND_LOOK
from consent.journey import Situation
from consent.models import Entry
from consent.papers.answers import decision, first_name, mark_of_error, person_of, presentation_of, words_of
from consent.papers.printing import card, in_both, line, part, pdf
from consent.words.content import Card, Words
from consent.words.dates import day
from registration.actions import NotPossible


def patient_summary(entry: Entry) -> bytes:
    """The person's own copy as PDF. Raises NotPossible where no words were written for this answer."""
    said = decision(entry)
    data = said["data"]
    if mark_of_error(entry):
        raise NotPossible("This answer was recorded in error, so there is nothing to give to the person.")
    presentation = presentation_of(data)
    words = words_of(entry, data, presentation)
    axes = {**Situation().axes(), **presentation.get("situation", {}), "answer": data["answer"]}
    if not presentation:
        axes["held"] = "yes" if data.get("hold") == HOLD_SECOND_LOOK else "no"
        axes["registered"] = "sent" if data.get("after_sent") else axes["registered"]
    if not any("answer" in shown.when for shown in words.on("paper", axes)):
        raise NotPossible("There is nothing to print for this answer.")
    return pdf(
        "summary",
        {
            "title": words.titles["paper"],
            "bigger": presentation.get("form", {}).get("text") == "bigger",
            "first_name": first_name(person_of(entry), entry),
            "parts": [answer_in(each, axes, entry) for each in in_both(words)],
        },
        identifier=entry.hash,
        at=entry.recorded_at,
        style="person",
    )


def answer_in(words: Words, axes: dict[str, str], entry: Entry) -> dict[str, Any]:
    """One part: the heading and the cards for this answer, the day under what was said."""
    on = day(entry.at, part(words)["language"])
    cards = [card(words, shown, on if slot(shown) == "said" else "") for shown in words.on("paper", axes)]
    return part(words, heading=line(words, "title:paper"), cards=cards)


def slot(shown: Card) -> str:
    return shown.id.split(".")[1]
