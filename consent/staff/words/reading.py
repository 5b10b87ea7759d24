"""The words as the files have them now: what would be published, whether or not it has been signed.

Sign-off comes before publishing, so these pages read the files and not the published words.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from consent.journey import NO_QUESTION
from consent.proof.check_record import sentences
from consent.questions import QUESTIONS
from consent.roles import Deed
from consent.staff import here
from consent.words import files, publishing
from consent.words.files import ENGLISH, NotPublishable
from consent.words.local import MARK, general

# As a person meets them; words that ask nothing stand last.
ORDER = (*(question.id for question in QUESTIONS), *NO_QUESTION)


@dataclass(frozen=True, eq=False)
class Said:
    """One explanation in one language, or in the words of one prison: its text, and every sentence by its id."""

    question: str
    tag: str  # "pl", or "pl-x-LEI" in the words of a prison
    source: str
    words: dict[str, Any]
    texts: dict[str, str]

    @property
    def language(self) -> str:
        return general(self.tag)

    @property
    def prison(self) -> str:
        return self.tag.partition(MARK)[2]

    @property
    def missing(self) -> frozenset[str]:
        """Sentences that nobody has translated yet: the English stands there."""
        return frozenset(self.words.get("missing", []))

    @property
    def stale(self) -> frozenset[str]:
        """Sentences whose English has changed since they were translated, and those that are missing."""
        return frozenset(self.words.get("stale", []))


@dataclass(frozen=True, eq=False)
class Edition:
    """Everything there is to publish, by question and tag."""

    all: dict[tuple[str, str], Said]

    def __iter__(self) -> Iterator[Said]:
        return iter(self.all.values())

    def get(self, question: str, tag: str) -> Said:
        """A prison varies some questions only; the rest it says like everybody."""
        return self.all.get((question, tag)) or self.all[question, general(tag)]

    def english_of(self, said: Said) -> Said:
        return self.all[said.question, ENGLISH + said.tag.removeprefix(said.language)]

    def of(self, tag: str) -> list[Said]:
        return [said for said in self if said.tag == tag]

    def local(self, language: str) -> list[Said]:
        """What prisons say instead, in this language."""
        return [said for said in self if said.language == language and said.prison]

    @property
    def tags(self) -> list[str]:
        """Every language, and after it the words of single prisons in it; English first."""
        known = list(files.languages())
        return sorted(dict.fromkeys(said.tag for said in self), key=lambda tag: (known.index(general(tag)), tag))


def edition() -> Edition:
    """Raises NotPublishable where a file is broken."""
    paths = [*files.FOLDER.rglob("*.toml"), *settings.LOCAL_WORDS.glob("*.toml")]
    return read(frozenset((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in paths))


@lru_cache(maxsize=1)
def read(files_as_they_are: frozenset[tuple[str, int, int]]) -> Edition:
    """Reading, checking and composing every language takes a while: once for as long as no file changes."""
    found = [
        Said(words["question"], words["language"], source, words, sentences(words))
        for source, words in publishing.everything()
    ]
    found.sort(key=lambda said: ORDER.index(said.question))
    return Edition({(said.question, said.tag): said for said in found})


def reviewers_only(view: here.View) -> here.View:
    """A page about the words: for those who may review, with the words as they are; or what is wrong in a file."""

    @here.may(Deed.WORDS, anywhere=True)
    @wraps(view)
    def guarded(request: HttpRequest, **rest: str) -> HttpResponse:
        try:
            return view(request, edition(), **rest)
        except NotPublishable as problem:
            return here.page(request, "review/not_publishable", status=409, problems=str(problem).splitlines())

    return guarded
