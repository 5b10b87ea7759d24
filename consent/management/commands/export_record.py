"""One person's whole record, as a file to give away."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from consent import actions
from consent.proof import export
from registration.identifiers import NotAnIdentifier, prison_number
from registration.models import Patient


class Command(BaseCommand):
    help = (
        "Writes one person's record to a .zip: record.pdf to read, record.json to check with check_record.py on any "
        "machine. That it was made is recorded with the person."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", help="the prison number, like A1234BC")
        parser.add_argument("file", type=Path, help="where to write it; an existing file is not overwritten")
        parser.add_argument(
            "--since",
            type=int,
            action="append",
            default=[],
            metavar="SIZE",
            help="add the proof that the record continues a checkpoint of this size, kept by whoever asks",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            patient = Patient.objects.get(prison_number=prison_number(options["number"]))
        except (NotAnIdentifier, Patient.DoesNotExist):
            raise CommandError(f"Nobody is known by the number {options['number']}. Check it.") from None
        try:
            data = export.as_file(patient, since=options["since"])
        except IndexError:
            raise CommandError(
                "There is no proof from a checkpoint of that size: it is larger than the newest one, or 0."
            ) from None
        try:
            with options["file"].open("xb") as file:
                file.write(data)
        except OSError as problem:
            raise CommandError(f"{options['file']} cannot be written: {problem.strerror}. Name another.") from None
        actions.looked(patient=patient, who="export_record", what="export")
        self.stdout.write(f"Wrote {options['file']} ({len(data):,} bytes).")
