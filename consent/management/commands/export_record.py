"""One person's whole record, as a file to give away."""

import getpass
import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from consent import actions
from consent.proof import export
from consent.proof.check_record import CHAIN
from registration.identifiers import NotAnIdentifier, prison_number
from registration.models import Patient


def the_one(named: str) -> Patient:
    """By prison number, or by the chain (a UUID), which is all that is left of somebody who was erased."""
    try:
        if CHAIN.fullmatch(named):
            return Patient.objects.get(record_id=named)
        return Patient.objects.get(prison_number=prison_number(named))
    except (NotAnIdentifier, Patient.DoesNotExist):
        raise CommandError(f"Nobody is known by the number {named}. Check it.") from None


class Command(BaseCommand):
    help = (
        "Writes one person's record to a .zip: record.pdf to read, record.json to check with check_record.py on any "
        "machine. That it was made is recorded with the person."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", help="the prison number, like A1234BC; of somebody who was erased, the chain")
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
        patient = the_one(options["number"])
        try:
            data = export.as_file(patient, since=options["since"])
        except IndexError:
            raise CommandError(
                "There is no proof from a checkpoint of that size: it is larger than the newest one, or 0."
            ) from None
        actions.looked(patient=patient, who=f"{getpass.getuser()} (export_record)", what="export")
        try:
            handle = os.open(options["file"], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as problem:
            raise CommandError(f"{options['file']} cannot be written: {problem.strerror}. Name another.") from None
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        self.stdout.write(f"Wrote {options['file']} ({len(data):,} bytes).")
