"""The sentences about which sources disagree or are silent: what must be settled, the safest words, and by whom.

They stand in explanations/contested.toml, one table a question, the gravest first.
"""

import re
from dataclasses import dataclass
from fnmatch import translate
from functools import lru_cache
from pathlib import Path
from re import Pattern
from typing import Any

from consent.words import files
from consent.words.files import NotPublishable, load

FIELDS = ("id", "title", "question", "sentences", "source", "safest", "who", "unsafe")


@dataclass(frozen=True)
class Contested:
    """``sentences``: by explanation, ids of sentences, or what their ids begin with."""

    id: str
    title: str
    question: str
    sentences: dict[str, list[str]]
    source: str
    safest: str
    who: str
    unsafe: str

    def is_about(self, question: str, sentence_id: str) -> bool:
        names = tuple(self.sentences.get(question, ()))
        return bool(names) and named(names).match(sentence_id) is not None


@lru_cache(maxsize=1024)
def named(names: tuple[str, ...]) -> Pattern[str]:
    """ "same.private" names every sentence of that card and of its variants; a * stands for anything."""
    patterns = [pattern for name in names for pattern in (name, f"{name}/*", f"{name}.*")]
    return re.compile("|".join(map(translate, patterns)))


def path() -> Path:
    return files.FOLDER / "contested.toml"


def contested() -> list[Contested]:
    """Raises NotPublishable where the file is broken."""
    found = load("contested.toml", files.read(path())).get("contested", [])
    for item in found:
        if wrong := set(FIELDS) ^ item.keys():
            label = item.get("id", "a table without an id")
            raise NotPublishable(f"contested.toml: {label}: missing or not known: {', '.join(sorted(wrong))}.")
    return [Contested(**item) for item in found]


def about_nothing(items: list[Contested], ids: dict[str, Any]) -> list[str]:
    """What the file names that no explanation says (any more)."""
    return [
        f"contested.toml: {item.id}: {question} says no sentence {name!r}."
        for item in items
        for question, names in item.sentences.items()
        for name in names
        if not any(map(named((name,)).match, ids.get(question, ())))
    ]
