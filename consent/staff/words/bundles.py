"""What is signed together: one contested question, one prison's own words, or one screen. Never more than a screen."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from consent.staff.words.claims import Sentence, sentences_of, varied
from consent.staff.words.contested import Contested, contested
from consent.staff.words.reading import Edition
from consent.staff.words.screens import all_screens, name_of
from consent.words.files import ENGLISH

UI = "ui"


@dataclass(frozen=True)
class Bundle:
    """``screen``: the id of the screen on which most of it stands, to look at it there."""

    id: str
    title: str
    sentences: tuple[Sentence, ...]
    screen: str = ""
    contested: Contested | None = None

    @property
    def is_local(self) -> bool:
        return self.id.startswith("local.")


def bundles_of(now: Edition, language: str) -> list[Bundle]:
    """Every sentence of a language. Of English the contested ones come first and what claims nothing comes last; a
    translation is checked screen by screen, as people meet it. What single prisons say instead goes before the rest."""
    everything = [sentence for said in now.of(language) for sentence in sentences_of(now, said)]
    local = local_bundles(now, language)
    if language != ENGLISH:
        return [*local, *by_screen(now, everything)]
    items = contested_bundles(everything)
    told = {(sentence.question, sentence.id) for bundle in items for sentence in bundle.sentences}
    rest = [sentence for sentence in everything if (sentence.question, sentence.id) not in told]
    claims = by_screen(now, [sentence for sentence in rest if sentence.claim.kind != UI])
    no_claims = of_no_claim(now, [sentence for sentence in rest if sentence.claim.kind == UI])
    return [*items, *local, *claims, *no_claims]


def voices_of(now: Edition, language: str) -> list[Bundle]:
    """Every sentence that is read aloud in this language, screen by screen."""
    everything = [sentence for said in now.of(language) for sentence in sentences_of(now, said)]
    return [*local_bundles(now, language), *by_screen(now, everything)]


def contested_bundles(everything: list[Sentence]) -> list[Bundle]:
    """A sentence under two questions stands in both: whoever signs it has to have read both."""
    found = []
    for item in contested():
        sentences = tuple(sentence for sentence in everything if item.is_about(sentence.question, sentence.id))
        if sentences:
            found.append(Bundle(f"contested.{item.id}", item.title, sentences, screen_id(sentences[0]), item))
    return found


def local_bundles(now: Edition, language: str) -> list[Bundle]:
    """What a prison says in words of its own, and only that."""
    found: dict[str, list[Sentence]] = {}
    for said in now.local(language):
        own = varied(now, said)
        found.setdefault(said.tag, []).extend(s for s in sentences_of(now, said) if s.id in own)
    return [
        Bundle(f"local.{tag}", _("Only here: %(name)s") % {"name": name_of(tag)}, tuple(own), screen_id(own[0]))
        for tag, own in found.items()
        if own
    ]


def by_screen(now: Edition, sentences: list[Sentence]) -> list[Bundle]:
    """One bundle a screen; each understanding question is a screen of its own."""
    found: dict[tuple[str, str], list[Sentence]] = {}
    for sentence in sentences:
        part = sentence.claim.part
        name = part.replace(":", "-") if part.startswith("check:") else sentence.claim.screen
        found.setdefault((sentence.question, name), []).append(sentence)
    titles = {screen.id: screen.title for screen in all_screens(now)}
    return [
        Bundle(f"{question}.{name}", str(titles[screen_id(own[0])]), tuple(own), screen_id(own[0]))
        for (question, name), own in found.items()
    ]


def of_no_claim(now: Edition, sentences: list[Sentence]) -> list[Bundle]:
    """Headings, buttons and "You said yes.": one bundle for each explanation."""
    titles = {said.question: said.words["title"] for said in now.of(ENGLISH)}
    found: dict[str, list[Sentence]] = {}
    for sentence in sentences:
        found.setdefault(sentence.question, []).append(sentence)
    return [
        Bundle(f"{question}.{UI}", _("Words that claim nothing: %(title)s") % {"title": titles[question]}, tuple(own))
        for question, own in found.items()
    ]


def screen_id(sentence: Sentence) -> str:
    return f"{sentence.question}.{sentence.claim.screen}"
