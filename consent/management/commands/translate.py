"""Bring the files of translations up to the English, and say what is left to translate."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from consent.words.files import ENGLISH, NotPublishable, english_files, languages, load, read
from consent.words.translations import faults_of, file_of, lines_of, refreshed


class Command(BaseCommand):
    help = (
        "Adds the sentences that a translation lacks, marks those whose English has changed, and counts both. With "
        "--done, what stands in the file counts as translated from the English of today. --check only reports."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("languages", nargs="*", metavar="TAG", help="such as pl; all of them where none is named")
        parser.add_argument("--done", action="store_true")
        parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where something is to be done")

    def handle(self, *args: Any, **options: Any) -> None:
        tags = options["languages"] or [tag for tag in languages() if tag != ENGLISH]
        if unknown := [tag for tag in tags if tag not in languages() or tag == ENGLISH]:
            raise CommandError(f"There is no folder of {', '.join(unknown)} beside en-GB with a language.toml in it.")
        problems = 0
        for tag in tags:
            try:
                problems += self.one_language(tag, **options)
            except NotPublishable as problem:
                raise CommandError(str(problem)) from problem
        if problems and options["check"]:
            raise CommandError(f"{problems} things to put right.")

    def one_language(self, tag: str, *, done: bool, check: bool, **options: Any) -> int:
        language, problems = languages()[tag], []
        for path in english_files():
            english = load(path.name, read(path))
            text, waiting = refreshed(language, english["question"], english, done=done)
            if not check:
                file_of(language, english["question"]).write_text(text, encoding="utf-8")
            problems += [f"{english['question']}: {sentence_id} is not translated" for sentence_id in waiting]
            problems += [
                f"{english['question']}: {fault}"
                for fault in faults_of(english, lines_of(language, english["question"]), language)
            ]
        self.stdout.write(f"{tag}: {len(problems)} to do" if problems else f"{tag}: nothing to do")
        for problem in problems:
            self.stdout.write(f"  {problem}")
        return len(problems)
