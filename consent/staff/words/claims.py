"""One sentence for a reviewer: where it stands, what it claims and on what source, and whose name stands behind it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from babel.dates import format_date
from django.utils import timezone
from django.utils.translation import get_language, gettext, to_locale
from django.utils.translation import gettext_lazy as _

from consent.journey import STEPS, Kind
from consent.models import SignOff
from consent.staff.words.reading import Edition, Said
from consent.words import signing, voices
from consent.words.files import ENGLISH, voice_name
from consent.words.local import general

# Who can say that a sentence is so. Contested ones name somebody themselves: explanations/contested.toml.
WHO = {
    "sourced": _("The clinical safety officer or the GP lead"),
    "inferred": _("The clinical safety officer or the GP lead"),
    "policy": _("Whoever can promise it here: the head of healthcare, with the governor where officers are meant"),
    "ui": _("Whoever keeps these words"),
}
KINDS = {
    "sourced": _("a source says so"),
    "inferred": _("follows from a source"),
    "policy": _("a promise: true only if the service makes it true"),
    "ui": _("claims nothing"),
}
READ_BY = {
    voices.HUMAN: _("Read by a person"),
    voices.SYNTHETIC: _("Read by a machine"),
    voices.NONE: _("Nobody reads it aloud yet"),
}

Signatures = dict[str, list[SignOff]]


@dataclass(frozen=True, slots=True)
class Claim:
    """``screen``: the screen on which it stands; ``part``: its card, choice or question there; a title has none."""

    screen: str
    part: str = ""
    kind: str = "ui"
    source: tuple[str, ...] = ()

    @property
    def says(self) -> Any:
        return KINDS[self.kind]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as somebody signs it. ``key`` is over exactly these words, and over the English that they render."""

    question: str
    tag: str
    id: str
    text: str
    english: str
    claim: Claim
    key: str
    is_missing: bool = False
    is_stale: bool = False

    @property
    def is_translation(self) -> bool:
        return general(self.tag) != ENGLISH

    @property
    def sound(self) -> str:
        return voice_name(general(self.tag), self.text)

    @property
    def read_by(self) -> tuple[str, str]:
        """Who reads it aloud, and the key that whoever has listened to just that signs; none where nothing is heard."""
        return voices.made_by(general(self.tag), self.text)


def screen_of(card: dict[str, Any], titles: Iterable[str]) -> str:
    """What yes, no and later mean are three screens: "means-yes" shows the cards of "means" with the option yes."""
    of_option = f"{card['screen']}-{card.get('option', '')}"
    return of_option if of_option in titles else card["screen"]


def screen_with(kind: Kind, question: str) -> str:
    """The screen on which a question is chosen or checked, as the journey has it."""
    return next((step.words for step in STEPS if step.kind is kind and step.question == question), "")


@lru_cache(maxsize=64)
def claims_of(said: Said) -> dict[str, Claim]:
    """Of each English sentence, where it stands and what it claims."""
    words, found = said.words, dict[str, Claim]()
    titles = [screen["id"] for screen in words["screen"]]
    found |= {f"title:{name}": Claim(name) for name in titles}
    for card in words["card"]:
        claim = Claim(screen_of(card, titles), card["id"], card["kind"], tuple(card.get("source", ())))
        found |= {f"{card['id']}/{name}": claim for name in card["say"]}
    for choice in words.get("choice", []):
        found[f"choice:{choice['id']}"] = Claim(screen_with(Kind.CHOOSE, said.question), f"choice:{choice['id']}")
    for asked in words.get("check", []):
        part = f"check:{asked['id']}"
        claim = Claim(screen_with(Kind.CHECK, said.question), part, asked["kind"], tuple(asked.get("source", ())))
        found |= {name: claim for name in said.texts if name.startswith(f"{part}/")}
    return found


@lru_cache(maxsize=64)
def sentences_of(now: Edition, said: Said) -> list[Sentence]:
    """Every sentence with the key under which somebody signs these words."""
    english = now.english_of(said)
    claims = claims_of(english)
    found = []
    for name, text in said.texts.items():
        original = english.texts[name]
        if said is english:
            key = signing.english_key(name, text)
        else:
            key = signing.translation_key(said.language, name, text, original)
        state = {"is_missing": name in said.missing, "is_stale": name in said.stale}
        found.append(Sentence(said.question, said.tag, name, text, original, claims[name], key, **state))
    return found


def varied(now: Edition, said: Said) -> set[str]:
    """The ids of the sentences that a prison says in words of its own."""
    everyone = now.all[said.question, said.language]
    own, usual = (now.english_of(those).texts for those in (said, everyone))
    return {name for name in said.texts if (said.texts[name], own[name]) != (everyone.texts[name], usual[name])}


# -- who stands behind it ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class State:
    """``is_open``: it still waits for somebody."""

    text: str
    is_open: bool


def who_signed(keys: Iterable[str]) -> Signatures:
    """Who signed each of these, oldest first."""
    wanted, found = list(dict.fromkeys(keys)), Signatures()
    for start in range(0, len(wanted), signing.AT_ONCE):
        for row in SignOff.objects.filter(sentence__in=wanted[start : start + signing.AT_ONCE]).order_by("pk"):
            found.setdefault(row.sentence, []).append(row)
    return found


def name_and_day(row: SignOff) -> str:
    """Nadia Example, GP lead, 21 November 2026"""
    day = format_date(timezone.localtime(row.at), "d MMMM y", locale=to_locale(get_language() or "en-gb"))
    return f"{row.name}, {row.role}, {day}"


def state_of_words(sentence: Sentence, rows: list[SignOff]) -> State:
    """Of an English sentence, whether it may be shown; of a translation, whether a person checked it."""
    names = "; ".join(map(name_and_day, rows))
    is_translated = sentence.is_translation
    if sentence.is_missing:
        return State(gettext("Not translated yet: the English stands here"), True)
    if sentence.is_stale:
        return State(gettext("Stale: the English has changed since it was translated"), True)
    if not rows:
        return State(gettext("Not checked by a person") if is_translated else gettext("Not signed off"), True)
    said = gettext("Checked: %(names)s") if is_translated else gettext("Signed off: %(names)s")
    return State(said % {"names": names}, False)


def state_of_voice(sentence: Sentence, rows: list[SignOff]) -> State:
    if sentence.is_missing:
        return State(gettext("Not translated yet: the English is heard"), True)
    by, key = sentence.read_by
    if not key:
        return State(str(READ_BY[by]), True)
    if not rows:
        return State(gettext("%(by)s; no person has listened to it") % {"by": READ_BY[by]}, True)
    names = "; ".join(map(name_and_day, rows))
    return State(gettext("%(by)s; listened to: %(names)s") % {"by": READ_BY[by], "names": names}, False)
