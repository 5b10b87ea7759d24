"""Read the published words aloud ahead of time, and say what is left for people to record."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from consent.words import speaking, voices
from consent.words.files import ENGLISH, languages
from consent.words.voices import Spoken


class Command(BaseCommand):
    help = (
        "Makes the sound of every published sentence that has none yet. Run it after publish; it is quick where "
        "nothing is new. Recordings by people, in VOICE_RECORDINGS, are heard in place of these sounds: docs/words.md."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("languages", nargs="*", metavar="TAG", help="such as pl; all of them where none is named")
        one = parser.add_mutually_exclusive_group()
        one.add_argument(
            "--check", action="store_true", help="make nothing; list what lacks a sound and recordings that are refused"
        )
        one.add_argument("--script", action="store_true", help="make nothing; print what a speaker has to record")
        one.add_argument("--tidy", action="store_true", help="then remove the sounds that no published words need")

    def handle(self, *args: Any, **options: Any) -> None:
        tags = options["languages"]
        if unknown := [tag for tag in tags if tag not in languages()]:
            raise CommandError(f"There is no folder of {', '.join(unknown)} with a language.toml in it.")
        wanted = voices.spoken(tags)
        if not wanted:
            raise CommandError("No words are published. Run 'manage.py publish' first.")
        if options["script"]:
            self.say(script(wanted, tags))
        elif options["check"]:
            self.check_all(wanted, tags)
        else:
            self.make(wanted, with_tidy=options["tidy"])

    def make(self, wanted: dict[str, Spoken], *, with_tidy: bool) -> None:
        made = 0
        for tag, count in counted(speaking.lacking(wanted.values())).items():
            self.stdout.write(f"Reading {languages()[tag].english} aloud: {count} sentences")
            try:
                made += speaking.make(one for one in wanted.values() if one.language == tag)
            except speaking.NoVoice as problem:
                raise CommandError(str(problem)) from problem
        if not made:
            self.stdout.write("Voices up to date.")
        if with_tidy:
            # Everything in force, whichever languages were named: their English words are needed too.
            self.stdout.write(f"{speaking.tidy(voices.spoken().values())} sounds removed that no published words need.")

    def check_all(self, wanted: dict[str, Spoken], tags: list[str]) -> None:
        """Raises CommandError where a sound is missing or a recording is refused."""
        missing = [f"{one.language}: {one.where} has no sound: {one.text}" for one in speaking.lacking(wanted.values())]
        refused, unheard = recordings(wanted, tags or list(languages()))
        self.say([*missing, *refused, *unheard])
        if missing or refused:
            raise CommandError(
                f"{len(missing)} sentences without a sound (manage.py voice makes them), {len(refused)} recordings "
                "refused (the synthetic sound is heard in their place)."
            )
        self.stdout.write(f"{len(wanted)} sentences, each with a sound.")

    def say(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.stdout.write(line)


def counted(lack: list[Spoken]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in lack:
        counts[one.language] = counts.get(one.language, 0) + 1
    return counts


def recordings(wanted: dict[str, Spoken], tags: list[str]) -> tuple[list[str], list[str]]:
    """Of the files with recordings: those that are refused, and those that are heard nowhere, a line each."""
    refused, unheard = [], []
    for tag in tags:
        for path in sorted((Path(settings.VOICE_RECORDINGS) / tag).glob("*")):
            one = wanted.get(path.stem)
            if one is None or one.language != tag or path.suffix != ".mp3":
                unheard.append(f"{path} is heard nowhere: no published words of this language have that name.")
            elif (found := voices.recording(path)) and found.fault:
                refused.append(f"{path} is refused: {found.fault}. ({one.where}: {one.text})")
    return refused, unheard


def script(wanted: dict[str, Spoken], tags: list[str]) -> Iterator[str]:
    """What a speaker reads: name, sentence id, English, words; in the order of the published words."""
    own = [one for one in wanted.values() if not tags or one.language in tags]
    yield f"{len(own)} sentences. Save each as an MP3 file of its name in {settings.VOICE_RECORDINGS}/<language>/."
    for one in own:
        found = voices.recording(voices.recorded(one.language, one.name))
        done = "" if not found else f"   (recorded; refused: {found.fault})" if found.fault else "   (recorded)"
        yield ""
        yield f"{one.language}/{one.name}.mp3{done}"
        yield f"    {one.where}"
        if one.language != ENGLISH:
            yield f"    English: {one.english}"
        yield f"    {one.text}"
