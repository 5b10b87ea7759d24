"""What somebody takes along who leaves prison: the release sheet, in their language and in English.

It says where they stand with a GP as far as we know, and it may be found in a shared cell: no answer is on it.
"""

from datetime import datetime
from typing import Any

from django.utils.html import format_html

from consent import facts
from consent.journey import LEAVING, Situation
from consent.papers.printing import card, in_both, line, part, pdf, published_at
from consent.papers.spoken import language_of
from consent.questions import GMS_REGISTRATION
from consent.standing import Standing
from consent.words import content
from consent.words.content import Card, Words
from consent.words.files import hash_of
from registration import actions as registration
from registration.models import Patient, Prison, RegistrationRequest

FIRST, *PARTS = ("sheet", "now", "sign", "refused", "help")
NUMBER, CALL = "sign.number", "help.call"


def release_sheet(person: Patient, *, at: datetime, language: str = "") -> bytes:
    standing = facts.standing_of(person, at)
    words = content.current(LEAVING, language or language_of(person), standing.prison or "")
    axes = Situation(home_gp=person.home_gp, registered=registered(person, standing)).axes()
    under = {NUMBER: spaced(person.nhs_number), CALL: contact_of(standing)}
    name = (person.given_names.split() or [""])[0]
    return pdf(
        "leaving_sheet",
        {
            "title": words.titles[FIRST],
            "first_name": name,
            "parts": [sheet_in(each, axes, under) for each in in_both(words)],
        },
        identifier=hash_of(f"{words.hash} {sorted(axes.items())} {sorted(under.items())} {name}"),
        at=published_at(words),
        style="person",
    )


def registered(person: Patient, standing: Standing) -> str:
    """Whether the prison GP has them, as far as we know: a registration that was sent may have gone through, and one of
    an earlier stay may still stand."""
    asked = standing.questions[GMS_REGISTRATION.id]
    if asked.registered:
        return "yes"
    people = registration.family(person)
    is_sent = RegistrationRequest.objects.filter(patient__in=people, state__in=("made", "confirmed")).exists()
    may_be = is_sent or asked.earlier_yes or (asked.imported and asked.decision == "yes")
    return "unknown" if may_be else "no"


def spaced(number: str) -> str:
    return f"{number[:3]} {number[3:6]} {number[6:]}".strip()


def contact_of(standing: Standing) -> str:
    """How healthcare is reached where they are, or were last; blank where nobody has set it."""
    return Prison.objects.filter(pk=standing.prison).values_list("healthcare_contact", flat=True).first() or ""


def sheet_in(words: Words, axes: dict[str, str], under: dict[str, str]) -> dict[str, Any]:
    """One part: the whole sheet in one language."""

    def cards(screen: str) -> list[dict[str, Any]]:
        shown = words.on(screen, axes)
        return [on_sheet(words, each, under) for each in shown if each.id != NUMBER or under[NUMBER]]

    return part(
        words,
        heading=line(words, f"title:{FIRST}"),
        cards=cards(FIRST),
        sections=[{"heading": line(words, f"title:{screen}"), "cards": cards(screen)} for screen in PARTS],
    )


def on_sheet(words: Words, shown: Card, under: dict[str, str]) -> dict[str, Any]:
    """A card, and under it what is known; a line to write it on where nothing is."""
    known = under.get(shown.id, "")
    # Groups of digits stand in their own order wherever reading goes.
    told = format_html('<span dir="ltr">{}</span>', known) if known else ""
    return {**card(words, shown, told), "blank": shown.id in under and not known}
