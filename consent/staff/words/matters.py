"""What somebody puts their name to: English that may be shown, a checked translation, a voice that was listened to."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from consent.staff.words import bundles
from consent.staff.words.bundles import Bundle
from consent.staff.words.claims import (
    Sentence,
    Signatures,
    State,
    state_of_voice,
    state_of_words,
    who_signed,
)
from consent.staff.words.reading import Edition
from consent.staff.words.screens import name_of
from consent.words.files import ENGLISH, languages

VOICE = "voice"


@dataclass(frozen=True)
class Matter:
    language: str = ENGLISH
    is_voice: bool = False

    @property
    def is_english(self) -> bool:
        """Whether it is the English words, which block going live."""
        return not self.is_voice and self.language == ENGLISH

    @property
    def is_translation(self) -> bool:
        return not self.is_voice and self.language != ENGLISH

    @property
    def title(self) -> str:
        if self.is_voice:
            return _("Listening to the voice: %(language)s") % {"language": name_of(self.language)}
        if self.is_translation:
            return _("Checking a translation: %(language)s") % {"language": name_of(self.language)}
        return _("Sign-off pack")

    @property
    def statement(self) -> str:
        """What a name under it says."""
        if self.is_voice:
            return _("I listened to this. It says these words, and people can understand it.")
        if self.is_translation:
            return _("I checked this against the English. It says the same, as simply.")
        return _("I have read this. It may be shown to patients.")

    @property
    def query(self) -> str:
        wanted = {} if self.language == ENGLISH else {"language": self.language}
        return urlencode(wanted | ({"of": VOICE} if self.is_voice else {}))

    @property
    def address(self) -> str:
        return self.with_query(reverse("words-sign-off"))

    def with_query(self, address: str) -> str:
        return f"{address}?{self.query}" if self.query else address

    def bundles(self, now: Edition) -> list[Bundle]:
        return (bundles.voices_of if self.is_voice else bundles.bundles_of)(now, self.language)

    def key(self, sentence: Sentence) -> str:
        return sentence.read_by[1] if self.is_voice else sentence.key

    def can_sign(self, sentence: Sentence) -> bool:
        """Words that are not there yet, or that render other English than today's, and what nobody reads aloud yet,
        are not to be signed."""
        if self.is_voice:
            return not sentence.is_missing and bool(self.key(sentence))
        return not sentence.is_stale

    def signatures(self, sentences: Iterable[Sentence]) -> Signatures:
        return who_signed(self.key(sentence) for sentence in sentences)

    def state(self, sentence: Sentence, signatures: Signatures) -> State:
        rows = signatures.get(self.key(sentence), [])
        return state_of_voice(sentence, rows) if self.is_voice else state_of_words(sentence, rows)

    def open(self, sentences: Iterable[Sentence], signatures: Signatures) -> list[Sentence]:
        """Those that still wait for somebody."""
        return [sentence for sentence in sentences if self.state(sentence, signatures).is_open]


def matter_of(request: HttpRequest) -> Matter:
    """By the address of the page; English where it names no language that there is."""
    language = request.GET.get("language", ENGLISH)
    return Matter(language if language in languages() else ENGLISH, request.GET.get("of") == VOICE)
