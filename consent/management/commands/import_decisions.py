"""Take in what is already known on day one."""

import csv
from argparse import ArgumentParser
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from consent import actions
from consent.policy import Answer
from consent.questions import BY_ID, GMS_REGISTRATION
from registration.feeds.prison_events import POSSIBLE_YEARS
from registration.identifiers import prison_id, prison_number

COLUMNS = ("prison_number", "question", "answer", "decided_at", "prison", "recorded_by", "source")
ANSWERS = {*(answer.value for answer in Answer), "registered"}


class Command(BaseCommand):
    help = (
        f"Reads a CSV file in UTF-8 with the columns {', '.join(COLUMNS)}. Answers: {', '.join(sorted(ANSWERS))}. "
        "Rows that make no sense are listed and skipped, the rest go in. Running it twice changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file")

    def handle(self, *args: Any, **options: Any) -> None:
        counts = {"imported": 0, "known already": 0, "skipped": 0}
        for number, row in rows(Path(options["file"])):
            try:
                outcome = "imported" if actions.import_decision(**checked(row)) else "known already"
            except ValueError as problem:
                outcome = "skipped"
                self.stdout.write(f"line {number}: skipped: {problem}")
            else:
                self.stdout.write(f"line {number}: {outcome}: {row['prison_number']} {row['question']} {row['answer']}")
            counts[outcome] += 1
        self.stdout.write(", ".join(f"{count} {name}" for name, count in counts.items()) + ".")


def rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Each row with its line number. Raises CommandError when the file cannot be read as such a table."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as problem:
        raise CommandError(f"{path} cannot be read: {problem.strerror}. Nothing was imported.") from problem
    except UnicodeDecodeError as problem:
        raise CommandError(
            f"{path} is not in UTF-8. In the spreadsheet, save it as 'CSV UTF-8'. Nothing was imported."
        ) from problem
    reader = csv.DictReader(StringIO(text.replace("\x00", ""), newline=""))
    try:
        header = [(name or "").strip().lower() for name in reader.fieldnames or []]
        if missing := [name for name in COLUMNS if name not in header]:
            raise CommandError(
                f"{path} lacks the columns {', '.join(missing)}. It needs {', '.join(COLUMNS)}. Nothing was imported."
            )
        reader.fieldnames = header
        return [
            (reader.line_num, {name: (row.get(name) or "").strip() for name in COLUMNS})
            for row in reader
            if any(isinstance(value, str) and value.strip() for value in row.values())
        ]
    except csv.Error as problem:
        raise CommandError(f"{path} is not a CSV file: {problem}. Nothing was imported.") from problem


def checked(row: dict[str, str]) -> dict[str, Any]:
    """The row as the action wants it. Raises ValueError with what is wrong and what to write instead."""
    question, answer = row["question"], row["answer"].lower()
    if question not in BY_ID:
        raise ValueError(f"{question!r} is not a question; write one of {', '.join(BY_ID)}.")
    if answer not in ANSWERS:
        raise ValueError(f"{answer!r} is not an answer; write one of {', '.join(sorted(ANSWERS))}.")
    if answer == "registered" and question != GMS_REGISTRATION.id:
        raise ValueError(f"'registered' goes with the question {GMS_REGISTRATION.id} only.")
    prison = prison_id(row["prison"])
    if prison is None:
        raise ValueError(f"{row['prison']!r} is not a prison; write its three letters, like LEI.")
    return {
        "number": prison_number(row["prison_number"]),
        "question": question,
        "answer": answer,
        "at": moment(row["decided_at"]),
        "prison_id": prison,
        "recorded_by": row["recorded_by"],
        "source": row["source"],
    }


def moment(text: str) -> datetime | date:
    """A date or an ISO time, not in the future; without an offset it is local time. Raises ValueError."""
    try:
        at = datetime.fromisoformat(text)
        at = at if at.tzinfo else timezone.make_aware(at)
        if at.year not in POSSIBLE_YEARS:
            raise ValueError
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is not a date or time, like 2026-11-21 or 2026-11-21T10:15:00+00:00.") from None
    if at > timezone.now():
        raise ValueError(f"{text!r} lies in the future.")
    return at.date() if len(text) <= 10 else at
