"""Does the record still add up?"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from consent import actions
from consent.ledger import stamp
from consent.models import Checkpoint, Entry
from consent.proof import keys, verify
from consent.proof.check_record import PublicKey, read_keys


class Command(BaseCommand):
    help = (
        "Reads, hashes and rebuilds everything: lines, words, what was shown, what stands for whom, the signed tree. "
        "Says what is wrong and where; exit code 1 when anything is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--against", type=Path, metavar="FILE", help="a checkpoint kept elsewhere, which this record must continue"
        )
        parser.add_argument(
            "--rebuild", action="store_true", help="first work out anew what stands for everybody, and store it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["rebuild"]:
            self.stdout.write(f"{actions.rebuild_status()} people: what stands for them was worked out anew.")
        try:
            kept = options["against"].read_text() if options["against"] else keys.last_signed(settings.CHECKPOINT_KEY)
        except OSError as problem:
            raise CommandError(f"The checkpoint cannot be read: {problem}.") from None
        first, count = "", 0
        with one_moment():
            for fault in verify.faults(public_keys(), kept):
                self.stdout.write(fault)
                first, count = first or fault, count + 1
        if count:
            raise CommandError(f"The record does not add up: {count} faults, the first: {first}")
        entries, newest = Entry.objects.count(), Checkpoint.objects.order_by("pk").last()
        signed = (
            f"signed by checkpoints up to {stamp(newest.at)}" if newest else "nothing is signed by a checkpoint yet"
        )
        self.stdout.write(f"The record adds up: {entries} entries; {signed}.")


@contextmanager
def one_moment() -> Iterator[None]:
    """All that is read, as it was at one moment, while writers go on."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    else:
        # Not atomic(): on SQLite that begins by keeping all writers out.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")


def public_keys() -> list[PublicKey]:
    """The keys whose checkpoints count; none when none are configured. Raises CommandError."""
    path = settings.CHECKPOINT_PUBLIC_KEYS
    try:
        return read_keys(str(path)) if path.exists() else []
    except (OSError, ValueError) as problem:
        raise CommandError(f"The public keys in {path} cannot be read: {problem}.") from None
