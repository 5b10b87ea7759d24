"""Sign-off by a named person: an append-only row, keyed by a hash over exactly what they saw.

Of English, that a sentence may be shown to patients; of a translation, that a person checked it against the English; of
a voice, that somebody listened to it. Change the words and the key changes: it needs signing anew.
"""

from collections.abc import Iterable, Mapping

from django.contrib.auth.models import User
from django.db import transaction

from consent.models import SignOff
from consent.words.files import hash_of, sentence_hash

AT_ONCE = 400  # keys in one query


def english_key(sentence_id: str, text: str) -> str:
    return sentence_hash(sentence_id, text)


def translation_key(language: str, sentence_id: str, text: str, english: str) -> str:
    """``english``: the English sentence that the checker had beside it."""
    return hash_of(f"translation\n{language}\n{sentence_id}\n{english}\n{text}")


def voice_key(language: str, text: str, sound: str) -> str:
    """``sound``: the sha256 of what was listened to, a recording or a synthetic voice. Made anew in another way (its
    voice, its speed, another espeak-ng) it is another sound."""
    return hash_of(f"voice\n{language}\n{sound}\n{text}")


def signed(keys: Iterable[str]) -> set[str]:
    """Those of these keys that somebody has signed."""
    wanted, found = list(keys), set()
    for start in range(0, len(wanted), AT_ONCE):
        rows = SignOff.objects.filter(sentence__in=wanted[start : start + AT_ONCE])
        found |= set(rows.values_list("sentence", flat=True))
    return found


def unsigned(texts: Mapping[str, str]) -> list[str]:
    """The ids of English sentences that nobody has signed."""
    keys = {sentence_id: english_key(sentence_id, text) for sentence_id, text in texts.items()}
    known = signed(keys.values())
    return [sentence_id for sentence_id, key in keys.items() if key not in known]


@transaction.atomic
def sign(*, keys: Iterable[str], user: User, role: str) -> int:
    """Sign each of these that this person has not signed yet; returns how many that were."""
    name = (user.get_full_name() or user.get_username())[:120]  # as long as the column
    wanted = list(dict.fromkeys(keys))
    own = set(SignOff.objects.filter(sentence__in=wanted, name=name).values_list("sentence", flat=True))
    new = [key for key in wanted if key not in own]
    for key in new:
        SignOff(sentence=key, name=name, role=role).save()
    return len(new)
