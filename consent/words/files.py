"""The files of words: one folder a language, one file a question. English is written first; the rest render it.

explanations/en-GB/gp-record.toml      cards, choices and questions, with when each is shown, picture and source
explanations/pl/language.toml          the language: its own name, its voice, who translated, dialects
explanations/pl/gp-record.toml         one line a sentence: "id" = { of = "hash of the English", say = "..." }
<LOCAL_WORDS>/LEI.toml                 what one prison says instead, in English: "id" = "...", under [gp-record]
"""

import hashlib
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale

FOLDER = Path(__file__).parent.parent / "explanations"
ENGLISH = "en-GB"


class NotPublishable(Exception):
    """A file of words cannot be published; one line for each thing to put right."""


@dataclass(frozen=True, slots=True)
class Language:
    """One folder: a language in which everything can be read and heard."""

    tag: str
    name: str  # its own, in its own script
    english: str
    voice: str  # espeak-ng's name for it
    translated_by: str = ""
    translated_on: str = ""
    dialects: tuple[str, ...] = ()  # in their own script, to choose from when an interpreter is wanted
    alike: tuple[str, ...] = ()  # words of this language that are spelt as English ones; no English left in it

    @property
    def direction(self) -> str:
        return Locale.parse(self.tag, sep="-").text_direction


def canonical(text: str) -> str:
    """The same text for the same words: NFC, LF, no spaces at line ends, one newline at the end."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n") + "\n"


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def sentence_hash(sentence_id: str, text: str) -> str:
    """What a sign-off of an English sentence is keyed by, and what a translation names the sentence by."""
    return hash_of(f"{sentence_id}\n{text}")


def voice_name(language: str, text: str) -> str:
    """The name of the sound of a sentence: by its words, so that other words are never heard in its place."""
    return hash_of(f"{language}\n{text}")[:32]


def load(name: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise NotPublishable(f"{name}: {problem}.") from problem


def read(path: Path) -> str:
    return canonical(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def languages() -> dict[str, Language]:
    """Every language there is a folder of, English first, then as their own names sort: the order never changes."""
    found = []
    for path in FOLDER.glob("*/language.toml"):
        said = load(path.parent.name, read(path))
        said |= {name: tuple(said.get(name, ())) for name in ("dialects", "alike")}
        found.append(Language(tag=path.parent.name, **said))
    found.sort(key=lambda language: (language.tag != ENGLISH, language.name.casefold()))
    return {language.tag: language for language in found}


def english_files() -> list[Path]:
    return sorted(path for path in (FOLDER / ENGLISH).glob("*.toml") if path.name != "language.toml")


@lru_cache(maxsize=1)
def pictures() -> dict[str, list[str]]:
    return load("pictures.toml", read(FOLDER / "pictures.toml"))
