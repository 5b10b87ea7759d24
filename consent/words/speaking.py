"""Sounds read by espeak-ng, made ahead of time: one MP3 for each sentence, none made twice.

A sound is made in memory and put in its place by renaming, so a reader never meets half of one, and a second run beside
this one does no harm. Every folder says in made-with.txt how its sounds were made: change that, and they are made anew.
"""

import io
import os
import shutil
import subprocess
import time
import wave
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import lameenc
from django.conf import settings

from consent.words.files import languages
from consent.words.mp3 import CHANNELS, HERTZ
from consent.words.voices import Spoken, synthetic

# Words a minute as espeak-ng counts them, each as long as a usual one: a calm speed. (It begins with 175.)
SPEED = 130
# Voices that at the same number take far longer than the others for the same sentences.
SPEED_OF = {"ar": 155, "lt": 140}
# Spellings that a voice reads wrongly, and how they are sent to it: Urdu's sad comes out nearly as "sh", and the
# apostrophe of the Albanian "t'ju" as a pause.
RESPELT = {"ur": (("ص", "س"),), "sq": (("t'", "t"),)}
# LAME holds this on average while something is said; with the frames it may not go below, a second is 1,750 bytes. At
# 11 it cuts off what tells s from f, and at a constant 16 the longest cards of three languages pass 40 kB.
KILOBITS, ON_AVERAGE = 12, 3  # the second is LAME's number of this way to spend bits
LEAST_KILOBITS = 8
QUALITY = 5  # of LAME, from 0 to 9. Measured: 2 takes a third longer, and strays further from what espeak-ng said
LONG_AGO = 3600  # seconds: no run lasts as long, so a file that it has not renamed by then was left by a crash
HOW = "made-with.txt"


class NoVoice(Exception):
    """Nothing can be read aloud; says what to do about it."""


def lacking(wanted: Iterable[Spoken]) -> list[Spoken]:
    """Those of these that have no sound yet, or one that was made in another way. Lists each folder once."""
    found: dict[str, set[str]] = {}
    lack = []
    for one in wanted:
        if one.language not in found:
            found[one.language] = present(one.language)
        if f"{one.name}.mp3" not in found[one.language]:
            lack.append(one)
    return lack


def present(language: str) -> set[str]:
    """The names of the files in a folder that were made as they would be made today."""
    how = folder(language) / HOW
    try:
        if how.read_text(encoding="utf-8") != recipe(language):
            return set()
        since = how.stat().st_mtime_ns
        with os.scandir(folder(language)) as files:
            return {file.name for file in files if (now := file.stat()).st_mtime_ns >= since and now.st_size}
    except (FileNotFoundError, NotADirectoryError):
        return set()


def make(wanted: Iterable[Spoken]) -> int:
    """Make the sounds that are lacking, on every core; returns how many. Raises NoVoice."""
    lack = lacking(wanted)
    for language in dict.fromkeys(one.language for one in lack):
        try_out(language)
        begin(language)
    with ThreadPoolExecutor(os.cpu_count()) as at_once:
        try:
            for _ in at_once.map(put, lack):
                pass
        except BaseException:
            at_once.shutdown(cancel_futures=True)
            raise
    return len(lack)


def tidy(wanted: Iterable[Spoken]) -> int:
    """Remove the sounds that none of these is; returns how many. Pass everything that is in force."""
    needed = {synthetic(one.language, one.name) for one in wanted}
    old = [path for path in Path(settings.VOICES).glob("*/*.mp3") if path not in needed]
    crashed = [path for path in Path(settings.VOICES).glob("*/.*.tmp") if path.stat().st_mtime < time.time() - LONG_AGO]
    for path in (*old, *crashed):
        path.unlink(missing_ok=True)
    return len(old)


# -- one language -----------------------------------------------------------------------------------------------------


def folder(language: str) -> Path:
    return Path(settings.VOICES) / language


def recipe(language: str) -> str:
    """Everything besides the words that a sound depends on."""
    voice = languages()[language].voice
    respelt = " ".join(f"{old}>{new}" for old, new in RESPELT.get(voice, ()))
    return f"espeak-ng {voice}, speed {speed(voice)} {respelt}; MP3 {KILOBITS} kbit/s at {HERTZ} Hz, {QUALITY}\n"


def speed(voice: str) -> int:
    return SPEED_OF.get(voice, SPEED)


def begin(language: str) -> None:
    """Say how the sounds of this folder are made from now on: files older than that do not count."""
    how = folder(language) / HOW
    try:
        how.parent.mkdir(parents=True, exist_ok=True)
        if not how.exists() or how.read_text(encoding="utf-8") != recipe(language):
            how.write_text(recipe(language), encoding="utf-8")
    except OSError as problem:
        raise NoVoice(f"{how} cannot be written: {problem.strerror}. VOICES says where sounds are kept.") from problem


def try_out(language: str) -> None:
    """Raises NoVoice where this language cannot be read at all: better said once than for each sentence."""
    if not shutil.which("espeak-ng"):
        raise NoVoice(
            "espeak-ng, which reads the words aloud, is not installed. Run '.ci/system-packages run', or as root: "
            "apt-get install espeak-ng"
        )
    voice = languages()[language].voice
    if run(["-q", "-v", voice, "a"], "").returncode:
        raise NoVoice(
            f"espeak-ng has no voice {voice!r}. 'espeak-ng --voices' lists those it has; put the right name in "
            f"consent/explanations/{language}/language.toml."
        )


# -- one sentence -----------------------------------------------------------------------------------------------------


def put(one: Spoken) -> None:
    """Make one sound and put it in its place."""
    path = synthetic(one.language, one.name)
    made = path.with_name(f".{one.name}.{os.getpid()}.tmp")
    try:
        made.write_bytes(encoded(read_aloud(one)))
        made.replace(path)
    except OSError as problem:
        made.unlink(missing_ok=True)
        raise NoVoice(f"{path} cannot be written: {problem.strerror}.") from problem


def read_aloud(one: Spoken) -> tuple[int, bytes]:
    """Samples a second, and the samples: 16 bits each, mono. Raises NoVoice."""
    voice = languages()[one.language].voice
    text = one.text
    for old, new in RESPELT.get(voice, ()):
        text = text.replace(old, new)
    done = run(["-v", voice, "-s", str(speed(voice)), "--stdin", "--stdout"], text)
    if done.returncode or not done.stdout:
        said = done.stderr.decode(errors="replace").strip() or "it said nothing"
        raise NoVoice(f"espeak-ng could not read {one.where} in {one.language}: {said}. The words: {one.text}")
    # What goes to a pipe has a header that promises too much; so many frames as there are.
    with wave.open(io.BytesIO(done.stdout)) as sound:
        return sound.getframerate(), sound.readframes(len(done.stdout))


def encoded(sound: tuple[int, bytes]) -> bytes:
    """MP3 as small as is still clear, without any tag, so that it can be joined to others."""
    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_in_sample_rate(sound[0])
    encoder.set_out_sample_rate(HERTZ)
    encoder.set_channels(CHANNELS)
    encoder.set_vbr(ON_AVERAGE)
    encoder.set_vbr_mean_bitrate_kbps(KILOBITS)
    encoder.set_vbr_min_bitrate_kbps(LEAST_KILOBITS)
    encoder.set_quality(QUALITY)
    return bytes(encoder.encode(sound[1])) + bytes(encoder.flush())


def run(arguments: list[str], text: str) -> subprocess.CompletedProcess[bytes]:
    """espeak-ng, with the words on its standard input: as an argument a dash in front would be taken for an option."""
    return subprocess.run(["espeak-ng", *arguments], input=text.encode(), capture_output=True, timeout=60, check=False)
