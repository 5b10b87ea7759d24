"""What still blocks going live, and what blocks answers in a language without an interpreter: counted, with links."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from consent.models import Explanation
from consent.staff import here
from consent.staff.words.bundles import Bundle
from consent.staff.words.claims import Sentence, sentences_of
from consent.staff.words.contested import about_nothing, contested
from consent.staff.words.matters import Matter
from consent.staff.words.reading import Edition, reviewers_only
from consent.words import signing
from consent.words.files import ENGLISH, Language, hash_of, languages


@dataclass(frozen=True)
class Count:
    """How many of how many still wait for somebody."""

    open: int
    all: int

    @property
    def done(self) -> int:
        return self.all - self.open


@dataclass(frozen=True)
class Standing:
    """How far a language is. ``blocking``: sentences whose answer needs an interpreter."""

    language: Language
    translated: Count
    stale: int
    checked: Count
    heard: Count
    checking: Matter
    listening: Matter

    @property
    def blocking(self) -> int:
        return self.checked.open


@require_safe
@reviewers_only
def overview(request: HttpRequest, now: Edition) -> HttpResponse:
    known = signed_of_all(now)
    every = Matter().bundles(now)
    local = [(bundle, counted(Matter(), bundle.sentences, known)) for bundle in every if bundle.is_local]
    english = counted(Matter(), of_language(now, ENGLISH), known)
    return here.page(
        request,
        "review/overview",
        english=english,
        contested=counted(Matter(), contested_of(every), known),
        local=local,
        blocking=english.open + sum(count.open for _bundle, count in local),
        promises=sum(sentence.claim.kind == "policy" for sentence in of_language(now, ENGLISH)),
        not_published=not_published(now),
        strays=about_nothing(contested(), {said.question: said.texts for said in now.of(ENGLISH)}),
        standings=[standing_of(now, language, known) for language in languages().values()],
    )


def of_language(now: Edition, language: str) -> list[Sentence]:
    """Every sentence of a language, in the words for everybody."""
    return [sentence for said in now.of(language) for sentence in sentences_of(now, said)]


def contested_of(bundles: Iterable[Bundle]) -> list[Sentence]:
    """Each contested sentence once, under however many questions it stands."""
    found = {(s.question, s.id): s for bundle in bundles if bundle.contested for s in bundle.sentences}
    return list(found.values())


def signed_of_all(now: Edition) -> set[str]:
    """The keys that anybody signed, of every sentence and voice there is."""
    sentences = [sentence for said in now for sentence in sentences_of(now, said)]
    return signing.signed({key for sentence in sentences for key in (sentence.key, sentence.read_by[1]) if key})


def counted(matter: Matter, sentences: Iterable[Sentence], known: set[str]) -> Count:
    sentences = list(sentences)
    done = sum(matter.can_sign(sentence) and matter.key(sentence) in known for sentence in sentences)
    return Count(len(sentences) - done, len(sentences))


def standing_of(now: Edition, language: Language, known: set[str]) -> Standing:
    sentences = of_language(now, language.tag)
    missing = sum(sentence.is_missing for sentence in sentences)
    checking, listening = Matter(language.tag), Matter(language.tag, is_voice=True)
    return Standing(
        language=language,
        translated=Count(missing, len(sentences)),
        stale=sum(sentence.is_stale and not sentence.is_missing for sentence in sentences),
        checked=counted(checking, sentences, known),
        heard=counted(listening, sentences, known),
        checking=checking,
        listening=listening,
    )


def not_published(now: Edition) -> int:
    """How many files say something else than tablets show: they wait for manage.py publish."""
    rows = Explanation.objects.order_by("pk").values_list("language", "question", "hash")
    newest = {(language, question): name for language, question, name in rows}
    return sum(newest.get((said.tag, said.question)) != hash_of(said.source) for said in now)
