"""An answer on paper for the person: what was asked, what they said, and what happens next.

The same decision prints the same bytes: nothing here reads the clock, and the words are those published then.
"""

import base64
import json
import re
from datetime import datetime
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_date
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from consent import content, ledger
from consent.content import Card, Words
from consent.facts import entries_of
from consent.journey import Situation
from consent.models import Entry, Explanation, Presentation
from consent.standing import HOLD_SECOND_LOOK, LONDON
from registration import actions as registration
from registration.actions import NotPossible
from registration.models import Patient

STYLES = settings.BASE_DIR / "static" / "print"
# Nothing is fetched: only what stands in the page itself is let through.
WITHIN_THE_PAGE = {"data"}


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
    cards = words.on("paper", axes)
    if not any("answer" in card.when for card in cards):
        raise NotPossible("There is nothing to print for this answer.")
    person = person_of(entry)
    return pdf(
        "summary",
        {
            "language": words.language,
            "direction": locale_of(words.language).text_direction,
            "bigger": presentation.get("form", {}).get("text") == "bigger",
            "title": words.titles["paper"],
            "first_name": first_name(person, entry),
            "day": day(entry.at, locale_of(words.language)),
            "cards": [
                {
                    "icons": icons(card.picture),
                    "sentences": [last_words_together(text) for _, text in card.sentences],
                    "is_answer": slot(card) == "said",
                }
                for card in cards
            ],
        },
        identifier=entry.hash,
        at=entry.recorded_at,
    )


# -- what the record says ---------------------------------------------------------------------------------------------


def decision(entry: Entry) -> dict[str, Any]:
    if entry.kind != "decision":
        raise NotPossible("There is nothing to print for this line of the record: it is not an answer.")
    return ledger.opened([entry])[0]


def presentation_of(data: dict[str, Any]) -> dict[str, Any]:
    """What was shown; empty for an answer given by talking, on paper, or before this system."""
    row = Presentation.objects.filter(hash=data["presentation"]).first() if data.get("presentation") else None
    return json.loads(row.body) if row else {}


def words_of(entry: Entry, data: dict[str, Any], presentation: dict[str, Any]) -> Words:
    """The words that were shown, or else those in force when the answer was recorded."""
    if presentation:
        return content.words(presentation["explanation"])
    published = Explanation.objects.filter(question=data["question"], language="en-GB").order_by("pk")
    in_force = published.filter(published_at__lte=entry.recorded_at).last() or published.first()
    if in_force is None:
        raise NotPossible("No words are published for this question. Publish them first: manage.py prepare.")
    return content.words(in_force.hash)


def person_of(entry: Entry) -> Patient | None:
    """The person as known now; the record may outlive what is known of them."""
    patient = Patient.objects.filter(record_id=entry.chain).select_related("merged_into").first()
    return registration.survivor(patient) if patient else None


def first_name(person: Patient | None, entry: Entry) -> str:
    """As it was known when the answer was recorded, so that the same answer prints the same bytes later on."""
    if person is None:
        return ""
    then = person.history.filter(history_date__lte=entry.recorded_at).order_by("history_date").last()
    return (then.given_names.split() or [""])[0] if then else ""


def mark_of_error(entry: Entry) -> Entry | None:
    person = person_of(entry)
    known = entries_of(registration.family(person)) if person else Entry.objects.filter(chain=entry.chain)
    marks = (e for e in known if e.kind == "error" and entry.hash in ledger.read(e)["data"]["refers"])
    return next(marks, None)


def slot(card: Card) -> str:
    return card.id.split(".")[1]


def last_words_together(text: str) -> str:
    """With a no-break space before the last word, so that no line holds "GP." alone."""
    start, _, last = text.rpartition(" ")
    return f"{start}\N{NO-BREAK SPACE}{last}" if start and len(last) < 10 else text


# -- dates, pictures, paper -------------------------------------------------------------------------------------------


def locale_of(language: str) -> Locale:
    return Locale.parse(language, sep="-")


def day(at: datetime, locale: Locale) -> str:
    """Tuesday 17 November 2026: in words and in full, for reading aloud."""
    form = "EEEE d MMMM y" if locale.language == "en" else "full"
    return format_date(at.astimezone(LONDON).date(), form, locale)


@lru_cache(maxsize=256)
def icons(picture: str) -> tuple[str, ...]:
    """Each icon of a picture as a data URL for a CSS background.

    Decoration has to stay out of what a screen reader reads. WeasyPrint tags inline SVG as a figure and wants words
    for it; a background it leaves out of the reading order, as PDF/UA asks for.
    """
    found = re.findall(r"<svg .*?</svg>", picture, re.DOTALL)
    drawings = (icon.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1) for icon in found)
    return tuple(f"data:image/svg+xml;base64,{base64.b64encode(icon.encode()).decode()}" for icon in drawings)


def pdf(name: str, said: dict[str, Any], *, identifier: str, at: datetime) -> bytes:
    """Print a template with its style. ``identifier`` and ``at`` stand in the file, so that it can be told apart."""
    from weasyprint import CSS, HTML  # half a second, so only where something is printed
    from weasyprint.urls import URLFetcher

    nothing_outside = URLFetcher(allowed_protocols=WITHIN_THE_PAGE)
    context = {
        **said,
        "recorded_at": ledger.stamp(at)[:19] + "Z",
        "is_demonstration": settings.IS_DEMONSTRATION,
    }
    # Whoever prints it, in whatever language their own screens are: the words of the paper are the same.
    with translation.override("en-gb"):
        page = render_to_string(f"print/{name}.html", context)
    style = (STYLES / f"{name}.css").read_text(encoding="utf-8")
    return HTML(string=page, url_fetcher=nothing_outside).write_pdf(  # type: ignore[no-any-return]
        stylesheets=[CSS(string=style, url_fetcher=nothing_outside)],
        pdf_variant="pdf/ua-1",
        pdf_identifier=f"{name}-{identifier}",
    )
