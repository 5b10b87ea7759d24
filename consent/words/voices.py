"""The sound of every published sentence: which there are, who made each, and whether a person has listened to it.

<VOICES>/pl/<name>.mp3              read by espeak-ng ahead of time (speaking.py); made again whenever it is missing
<VOICE_RECORDINGS>/pl/<name>.mp3    read by a person; is heard in its place

A name is made from the words (files.voice_name), so other words are never heard in their place. Recordings stand
outside the program's own folder: a site adds one without a new version of the program, and keeps it when there is one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from consent.models import Explanation
from consent.words import mp3, signing
from consent.words.content import Words, in_english, words
from consent.words.files import ENGLISH, languages, voice_name
from consent.words.local import MARK, general

HUMAN, SYNTHETIC, NONE = "human", "synthetic", "none"


@dataclass(frozen=True, slots=True)
class Spoken:
    """Words that are heard somewhere, in the language that they are in."""

    language: str  # its tag, without a prison's: the folder of its sound
    name: str
    text: str
    english: str
    where: str  # the first place they stand in: question and sentence id


@dataclass(frozen=True, slots=True)
class Voice:
    """Who reads a sentence, and whether a person has listened to just that."""

    made_by: str
    reviewed: bool


@dataclass(frozen=True, slots=True)
class Recording:
    """What a file with a recording is; ``fault`` says why it is not used."""

    sha256: str
    fault: str


# -- what is spoken ---------------------------------------------------------------------------------------------------


def spoken(tags: Iterable[str] = ()) -> dict[str, Spoken]:
    """Everything that the words in force say in these languages (in all, where none is named), by its name.

    With the words of each prison that has its own, and the English that stands where a translation is missing.
    """
    wanted = set(tags) or set(languages())
    found: dict[str, Spoken] = {}
    for said in in_force():
        if general(said.language) not in wanted:
            continue
        english = in_english(said)
        for sentence_id, text in said.texts.items():
            tag = language_of(said, sentence_id)
            one = Spoken(tag, voice_name(tag, text), text, english.texts[sentence_id], f"{said.question} {sentence_id}")
            found.setdefault(one.name, one)
    return found


def in_force() -> list[Words]:
    """The newest words of every question, language and prison, as content.current_hashes picks them for one."""
    newest: dict[tuple[str, str], str] = {}
    for tag, question, name in Explanation.objects.order_by("pk").values_list("language", "question", "hash"):
        prison = tag.partition(MARK)[2]
        if general(tag) in languages() and (not prison or (settings.LOCAL_WORDS / f"{prison}.toml").exists()):
            newest[tag, question] = name
    return [words(name) for name in newest.values()]


def language_of(said: Words, sentence_id: str) -> str:
    """The language that a sentence is heard in: English where nobody has translated it yet."""
    return ENGLISH if sentence_id in said.missing else general(said.language)


# -- the files --------------------------------------------------------------------------------------------------------


def synthetic(language: str, name: str) -> Path:
    return Path(settings.VOICES) / language / f"{name}.mp3"


def recorded(language: str, name: str) -> Path:
    return Path(settings.VOICE_RECORDINGS) / language / f"{name}.mp3"


def recording(path: Path) -> Recording | None:
    """The recording in this file; None where there is none. Read once for as long as the file stays the same."""
    try:
        now = path.stat()
    except OSError:
        return None
    return examined(path, now.st_mtime_ns, now.st_size)


@lru_cache(maxsize=20_000)
def examined(path: Path, mtime_ns: int, size: int) -> Recording:
    try:
        data = path.read_bytes()
    except OSError as problem:
        return Recording("", f"it cannot be read: {problem.strerror}")
    try:
        mp3.usable(data)
    except mp3.NotUsable as problem:
        return Recording(sha256(data).hexdigest(), str(problem))
    return Recording(sha256(data).hexdigest(), "")


def sound(name: str) -> bytes:
    """The frames of a sound by its name alone, ready to be joined to others; nothing where there is none."""
    for tag in languages():
        path = recorded(tag, name)
        found = recording(path)
        try:
            if found and not found.fault:
                data = path.read_bytes()
                part = mp3.usable(data)
                return data[part.start : part.end]
            return synthetic(tag, name).read_bytes()
        except (OSError, mp3.NotUsable):  # none in this language; or taken away, or replaced, while it was read
            continue
    return b""


# -- has a person listened? -------------------------------------------------------------------------------------------


def made_by(language: str, text: str) -> tuple[str, str]:
    """Who reads these words, and the key that a person who has listened signs; none where nothing is heard."""
    name = voice_name(language, text)
    found = recording(recorded(language, name))
    if found and not found.fault:
        return HUMAN, signing.voice_key(language, text, found.sha256)
    made = synthetic(language, name)
    try:
        now = made.stat()
        return SYNTHETIC, signing.voice_key(language, text, hashed(made, now.st_mtime_ns, now.st_size))
    except OSError:
        return NONE, ""


@lru_cache(maxsize=20_000)
def hashed(path: Path, mtime_ns: int, size: int) -> str:
    return sha256(path.read_bytes()).hexdigest()


def voices(said: Words, sentence_ids: Iterable[str]) -> Mapping[str, Voice]:
    """How each of these sentences is heard; one query."""
    ids = [sentence_id for sentence_id in dict.fromkeys(sentence_ids) if sentence_id in said.texts]
    made = {sentence_id: made_by(language_of(said, sentence_id), said.texts[sentence_id]) for sentence_id in ids}
    known = signing.signed({key for _, key in made.values() if key})
    return {sentence_id: Voice(by, key in known) for sentence_id, (by, key) in made.items()}


def is_checked(said: Words, sentence_ids: Iterable[str]) -> bool:
    """Whether a person has listened to every one of these sentences, as they are heard now."""
    return all(voice.reviewed for voice in voices(said, sentence_ids).values())
