"""The form that asks a GP outside to register somebody who will leave prison: one page, for the person to sign."""

from datetime import date, datetime
from typing import Any

from babel import Locale
from babel.dates import format_date

from consent import facts
from consent.journey import LEAVING
from consent.papers.leaving import contact_of, spaced
from consent.papers.printing import in_both, line, part, pdf, published_at
from consent.papers.spoken import language_of
from consent.words import content
from consent.words.content import Words
from consent.words.files import hash_of
from registration.models import Patient, Prison

SIGNED = "form.sign"


def preregistration(person: Patient, *, leaves: date, is_from_court: bool = False, at: datetime) -> bytes:
    """``leaves``: the day on which they are expected to leave, or may leave from court. In English; what they sign, in
    their language too."""
    standing = facts.standing_of(person, at)
    here = standing.prison or ""
    spoken = content.current(LEAVING, language_of(person), here)
    english = content.in_english(spoken)
    prison = Prison.objects.filter(pk=here).first()
    rows = [
        ("Name", person.name),
        ("Date of birth", written(person.date_of_birth) if person.date_of_birth else ""),
        ("Sex", person.sex.capitalize()),
        ("NHS number", spaced(person.nhs_number) or "Not known"),
        ("Language", language(person)),
        ("May leave from court on" if is_from_court else "Expected to leave prison on", written(leaves)),
        ("Address after that, if there is one", ""),
        ("GP asked", ""),
        ("Prison", prison.name if prison else ""),
        ("Healthcare there", contact_of(standing)),
    ]
    return pdf(
        "leaving_form",
        {
            "title": english.titles["form"],
            "rows": rows,
            "to_gp": [line(english, name) for name in to_gp(english)],
            "signed": [signed_in(each) for each in in_both(spoken)[::-1]],
        },
        identifier=hash_of(f"{spoken.hash} {rows}"),
        at=published_at(spoken),
    )


def to_gp(english: Words) -> list[str]:
    return [name for card in english.on("form", {}) if card.id != SIGNED for name, _ in card.sentences]


def signed_in(words: Words) -> dict[str, Any]:
    return part(words, lines=[line(words, name) for name, _ in words.card(SIGNED).sentences])


def written(day: date) -> str:
    return format_date(day, "d MMMM y", "en_GB")


def language(person: Patient) -> str:
    """What they speak, in English, and whether somebody has to interpret."""
    name = Locale.parse(person.language, sep="-").get_display_name("en") if person.language else ""
    return f"{name or 'Not known'}. Needs an interpreter." if person.needs_interpreter else name or ""
