"""Take in prison event messages from files or standard input."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from consent import actions
from registration.feeds.prison_events import messages

OUTCOMES = ("applied", "no_effect", "repeated", "not_understood")


class Command(BaseCommand):
    help = (
        "Reads prison event messages (a JSON object, an array, or lines; bare or in the SNS envelope) and stores each "
        "whole with its outcome. Exit code 0 whatever was not understood; 1 only if an input cannot be read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="+", help="files to read, or - for standard input")
        parser.add_argument("--json", action="store_true", help="print the counts as one JSON object on one line")

    def handle(self, *args: Any, **options: Any) -> None:
        counts = dict.fromkeys(OUTCOMES, 0)
        # All inputs are read before the first is taken in, so that a wrong name leaves nothing half done.
        for name, text in [(name, read(name)) for name in options["file"]]:
            for item, raw in messages(text):
                outcome = take_in(item, raw)
                counts[outcome] += 1
                if outcome == "not_understood":
                    self.stderr.write(f"{name}: a message was not understood; it is kept, and shown to staff.")
        if options["json"]:
            self.stdout.write(json.dumps(counts))
        else:
            self.stdout.write(", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items()) + ".")


def take_in(item: Any, raw: str) -> str:
    """One message; where another writer and this one waited for each other, once more."""
    for _ in range(4):
        try:
            return actions.receive_message(item=item, raw=raw)
        except OperationalError:
            continue
    return actions.receive_message(item=item, raw=raw)


def read(name: str) -> str:
    """The text of an input. A byte that is no text spoils its own message and not the others."""
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as problem:
        raise CommandError(f"{name} cannot be read: {problem.strerror}. Nothing was taken in.") from problem
    return data.decode(json.detect_encoding(data), "backslashreplace")
