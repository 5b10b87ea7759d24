"""The words as published: what tablets and papers show, and nothing else is shown.

A file's name is the sha256 of its canonical text. Publishing inserts what is new into an append-only table, with every
card drawn once; the kiosk and the printed papers take their words from there.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from consent.journey import KIOSK
from consent.models import Explanation
from consent.proof.check_record import CHECK_PARTS
from consent.words import signing
from consent.words.files import ENGLISH, languages, voice_name
from consent.words.local import MARK, general, varied


@dataclass(frozen=True, slots=True)
class Card:
    id: str
    screen: str
    option: str
    when: Mapping[str, list[str]]
    sentences: tuple[tuple[str, str], ...]
    picture: SafeString
    html: SafeString
    private: bool  # it says something about legal status or the answer: not read aloud without headphones

    @property
    def name(self) -> str:
        """What a button is called in a press: the last part of its id."""
        return self.id.rpartition(".")[2]

    def fits(self, axes: Mapping[str, str]) -> bool:
        return all(axes.get(axis, "") in values for axis, values in self.when.items())


@dataclass(frozen=True, slots=True)
class Words:
    """One published explanation, as it is shown."""

    hash: str
    question: str
    language: str  # its tag; with the prison's where a prison says something else: pl-x-LEI
    title: str
    titles: Mapping[str, str]
    cards: tuple[Card, ...]
    choices: Mapping[str, Card]
    checks: tuple[dict[str, Any], ...]
    texts: Mapping[str, str]  # every sentence by its id, as it stands in a presentation
    translates: str  # the hash of the English that it renders; of English itself, nothing
    stale: frozenset[str]  # ids of sentences whose English has changed since
    missing: frozenset[str]  # those of them that nobody has translated yet: the English stands there

    def on(self, screen: str, axes: Mapping[str, str], option: str = "") -> list[Card]:
        """The cards of a screen that fit, in order."""
        return [c for c in self.cards if c.screen == screen and c.option == option and c.fits(axes)]

    def card(self, card_id: str) -> Card:
        return next(card for card in self.cards if card.id == card_id)

    def checks_for(self, axes: Mapping[str, str]) -> list[dict[str, Any]]:
        return [c for c in self.checks if all(axes.get(axis, "") in v for axis, v in c.get("when", {}).items())]

    def check(self, slot: str, axes: Mapping[str, str]) -> dict[str, Any]:
        """The understanding question of a slot, as this person's situation has it."""
        return next(c for c in self.checks_for(axes) if c["slot"] == slot)

    def sentence(self, sentence_id: str) -> str:
        return self.texts[sentence_id]

    def sound(self, sentence_id: str) -> str:
        """The name of the sound of a sentence."""
        tag = ENGLISH if sentence_id in self.missing else general(self.language)
        return voice_name(tag, self.texts[sentence_id])

    def say(self, sentence_id: str, *, is_named: bool = True) -> SafeString:
        """A sentence as it stands on a screen: it can be heard, and is marked while it is read."""
        is_english, name = sentence_id in self.missing, sentence_id if is_named else ""
        return spoken(self.language, name, self.texts[sentence_id], is_english=is_english)


ELSEWHERE = mark_safe(f' lang="{ENGLISH}" dir="ltr"')  # noqa: S308 - no text of anybody's


def spoken(language: str, sentence_id: str, text: str, *, is_english: bool) -> SafeString:
    """A sentence that is not translated yet says that it is English."""
    tag = ENGLISH if is_english else general(language)
    return format_html(
        '<span class="sentence"{}{} data-voice="{}">{}</span>',
        ELSEWHERE if is_english and general(language) != ENGLISH else "",
        format_html(' data-sentence="{}"', sentence_id) if sentence_id else "",
        voice_name(tag, text),
        text,
    )


@lru_cache(maxsize=256)
def words(explanation_hash: str) -> Words:
    """Published words by their hash. They never change, so each process reads them once."""
    row = Explanation.objects.get(hash=explanation_hash)
    said = json.loads(row.rendered)
    cards = tuple(drawn(card) for card in said["cards"])
    choices = {choice["id"]: drawn(choice) for choice in said["choices"]}
    texts = {f"title:{name}": title for name, title in said["titles"].items()}
    for card in (*cards, *choices.values()):
        texts |= dict(card.sentences)
    for asked in said["checks"]:
        texts |= {f"check:{asked['id']}/{part}": asked[part] for part in CHECK_PARTS if part in asked}
        texts |= {f"check:{asked['id']}/again.{name}": text for name, text in asked["again"].items()}
    return Words(
        hash=row.hash,
        question=row.question,
        language=row.language,
        title=said["title"],
        titles=said["titles"],
        cards=cards,
        choices=choices,
        checks=tuple(said["checks"]),
        texts=texts,
        translates=said.get("translates", ""),
        stale=frozenset(said.get("stale", [])),
        missing=frozenset(said.get("missing", [])),
    )


def drawn(card: dict[str, Any]) -> Card:
    return Card(
        id=card["id"],
        screen=card["screen"],
        option=card["option"],
        when=card["when"],
        sentences=tuple((name, text) for name, text in card["sentences"]),
        picture=mark_safe(card["picture"]),  # noqa: S308 - as below
        # Rendered and escaped by our own template when it was published.
        html=mark_safe(card["html"]),  # noqa: S308
        private=card.get("private", False),
    )


def current(question: str, language: str = ENGLISH, prison: str = "") -> Words:
    """The words in force for a question."""
    return words(current_hashes(language, prison)[question])


def current_hashes(language: str, prison: str = "") -> dict[str, str]:
    """The explanation in force for each question: the newest one published; the prison's own where it has one."""
    tag = f"{language}{MARK}{prison}"
    rows = Explanation.objects.filter(language__in=[language, tag]).order_by("pk")
    found: dict[str, str] = {}
    own: dict[str, str] = {}
    for in_tag, question, name in rows.values_list("language", "question", "hash"):
        (found if in_tag == language else own)[question] = name
    still = varied(prison, set(own)) if own else set()
    return found | {question: name for question, name in own.items() if question in still}


def in_english(said: Words) -> Words:
    """The English that these words render; English itself renders itself."""
    return words(said.translates) if said.translates else said


def unchecked(said: Words, sentence_ids: Iterable[str]) -> list[str]:
    """Those of these sentences that no person has checked against the English, or whose English changed since."""
    if not said.translates:
        return []
    ids, english = [name for name in dict.fromkeys(sentence_ids) if name in said.texts], in_english(said)
    keys = {
        name: signing.translation_key(general(said.language), name, said.sentence(name), english.sentence(name))
        for name in ids
    }
    known = signing.signed(keys.values())
    return [name for name in ids if name in said.stale or keys[name] not in known]


def offered() -> list[Words]:
    """The tablet's own words in every language that somebody has begun to translate, in the order of the tablet."""
    rows = Explanation.objects.filter(language__in=list(languages()), question=KIOSK).order_by("pk")
    newest = dict(rows.values_list("language", "hash"))
    found = [words(newest[tag]) for tag in languages() if tag in newest]
    return [tablet for tablet in found if "language.speak/speak" not in tablet.missing]
