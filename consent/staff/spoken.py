"""Whether a tablet speaks the language of somebody, and whether a person has checked what it says."""

from collections.abc import Sequence

from consent.papers.spoken import tag_for
from consent.questions import QUESTIONS
from consent.staff import wording
from consent.words import content
from consent.words.files import ENGLISH
from registration.models import Patient


def by_tablet(person: Patient, tags: Sequence[str]) -> str:
    """The tag in which a tablet speaks to somebody who has another language than English; blank where none does."""
    tag = tag_for(person.language, list(tags))
    return "" if tag == ENGLISH else tag


def starts_with_an_interpreter(person: Patient, tags: Sequence[str]) -> bool:
    """Whether staff name one before the visit. In a language that the tablet speaks it asks for one by itself, where
    one is needed (consent/kiosk/interpreting.py)."""
    return not wording.reads_english(person) and not by_tablet(person, tags)


def is_checked(tag: str, prison: str) -> bool:
    """Whether a person has checked every sentence about the questions, so that no answer waits for an interpreter."""
    now = content.current_hashes(tag, prison)
    said = [content.words(now[question.id]) for question in QUESTIONS if question.id in now]
    return len(said) == len(QUESTIONS) and not any(content.unchecked(words, words.texts) for words in said)
