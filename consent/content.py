"""The words: read from files, checked, hashed and published; shown only as published.

A file's name is the sha256 of its canonical text. Publishing inserts what is new into an append-only table, with
every card drawn once; the kiosk and the printed copy take their words from there and from nowhere else.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from consent.models import Explanation


@dataclass(frozen=True, slots=True)
class Card:
    id: str
    screen: str
    option: str
    when: Mapping[str, list[str]]
    sentences: tuple[tuple[str, str], ...]
    picture: str
    html: SafeString

    def fits(self, axes: Mapping[str, str]) -> bool:
        return all(axes.get(axis, "") in values for axis, values in self.when.items())


@dataclass(frozen=True, slots=True)
class Words:
    """One published explanation, as it is shown."""

    hash: str
    question: str
    language: str
    title: str
    titles: Mapping[str, str]
    cards: tuple[Card, ...]
    choices: Mapping[str, Card]
    checks: tuple[dict[str, Any], ...]

    def on(self, screen: str, axes: Mapping[str, str], option: str = "") -> list[Card]:
        """The cards of a screen that fit, in order."""
        return [c for c in self.cards if c.screen == screen and c.option == option and c.fits(axes)]

    def card(self, card_id: str) -> Card:
        return next(card for card in self.cards if card.id == card_id)

    def checks_for(self, axes: Mapping[str, str]) -> list[dict[str, Any]]:
        return [c for c in self.checks if all(axes.get(axis, "") in v for axis, v in c.get("when", {}).items())]

    def sentence(self, sentence_id: str) -> str:
        """The words of a sentence id, as it stands in a presentation."""
        kind, _, rest = sentence_id.partition(":")
        if kind == "title":
            return self.titles[rest]
        if kind == "choice":
            return self.choices[rest].sentences[0][1]
        if kind == "check":
            name, _, part = rest.partition("/")
            check = next(c for c in self.checks if c["id"] == name)
            return str(check["again"][part.removeprefix("again.")] if part.startswith("again.") else check[part])
        for card in self.cards:
            for known, text in card.sentences:
                if known == sentence_id:
                    return text
        raise KeyError(sentence_id)


@lru_cache(maxsize=64)
def words(explanation_hash: str) -> Words:
    """Published words by their hash. They never change, so each process reads them once."""
    row = Explanation.objects.get(hash=explanation_hash)
    said = json.loads(row.rendered)
    return Words(
        hash=row.hash,
        question=row.question,
        language=row.language,
        title=said["title"],
        titles=said["titles"],
        cards=tuple(drawn(card) for card in said["cards"]),
        choices={choice["id"]: drawn(choice) for choice in said["choices"]},
        checks=tuple(said["checks"]),
    )


def drawn(card: dict[str, Any]) -> Card:
    return Card(
        id=card["id"],
        screen=card["screen"],
        option=card["option"],
        when=card["when"],
        sentences=tuple((name, text) for name, text in card["sentences"]),
        picture=card["picture"],
        html=mark_safe(card["html"]),  # noqa: S308 - rendered and escaped by our own template when it was published
    )


def current(question: str, language: str) -> Words:
    """The words in force for a question."""
    return words(current_hashes(language)[question])


def current_hashes(language: str) -> dict[str, str]:
    """The explanation in force for each question: the newest one published."""
    rows = Explanation.objects.filter(language=language).order_by("pk").values_list("question", "hash")
    return dict(rows)
