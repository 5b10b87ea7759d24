"""The paper to keep: who comes, by when, how to change your mind. It says no answer, and no name unless asked for.

It may be found in a shared cell, so it is the same whatever was answered, and whether anything was. The slip for
whoever was not seen in time says no more than that.
"""

from datetime import datetime, time, timedelta
from typing import Any

from consent import facts
from consent.journey import KIOSK
from consent.papers.printing import card, in_both, line, part, pdf, published_at
from consent.papers.spoken import language_of
from consent.standing import LONDON, local_date
from consent.words import content
from consent.words.content import Words
from consent.words.dates import day
from consent.words.files import hash_of
from registration.models import Patient

SCREENS = ("keep", "keep-day")
ON_THE_SLIP_TOO = "keep.private"
NOON = time(12)


def keep_paper(
    person: Patient, *, at: datetime, language: str = "", with_name: bool = False, is_late: bool = False
) -> bytes:
    """One page a language. ``at``: a day that has passed then is left out. ``is_late``: the slip instead."""
    standing = facts.standing_of(person, at)
    words = content.current(KIOSK, language or language_of(person), standing.prison or "")
    by = seen_by(standing.opened_at, at)
    title = "slip" if is_late else "keep"
    name = (person.given_names.split() or [""])[0] if with_name else ""
    return pdf(
        "keep",
        {
            "title": words.titles[title],
            "first_name": name,
            "parts": [slip(each) if is_late else to_keep(each, by) for each in in_both(words)],
        },
        # About the words and the day alone, as everything else on it.
        identifier=hash_of(f"{words.hash} {title} {by} {name}"),
        at=published_at(words),
        style="person",
    )


def seen_by(opened_at: datetime | None, at: datetime) -> datetime | None:
    """The last day of the second-stage assessment, whatever was answered; nothing once it has passed."""
    if opened_at is None:
        return None
    last = local_date(opened_at) + timedelta(days=facts.INTERVALS.offer)
    return datetime.combine(last, NOON, LONDON) if last >= local_date(at) else None


def to_keep(words: Words, by: datetime | None) -> dict[str, Any]:
    """One part: the cards in the order of the file, the day under the card that speaks of it."""
    shown = [each for each in words.cards if each.screen in SCREENS and (by or each.screen != "keep-day")]
    on = day(by, part(words)["language"]) if by else ""
    cards = [card(words, each, on if each.screen == "keep-day" else "") for each in shown]
    return part(words, heading=line(words, "title:keep"), cards=cards)


def slip(words: Words) -> dict[str, Any]:
    shown = [each for each in words.cards if each.screen == "slip"]
    shown += [each for each in words.cards if each.id == ON_THE_SLIP_TOO]
    return part(words, heading=line(words, "title:slip"), cards=[card(words, each) for each in shown])
