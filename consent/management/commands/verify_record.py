"""Does the record still add up?"""

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from consent import actions
from consent.ledger import stamp
from consent.models import Checkpoint, Entry
from consent.proof import keys, verify
from consent.proof.check_record import PublicKey, read_keys
from consent.proof.snapshot import one_moment

PATIENCE = 5.0  # seconds


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
            # Read before the moment that is looked at, and once the signer has stored what it had signed.
            kept = options["against"].read_text() if options["against"] else self.last_stored()
        except OSError as problem:
            raise CommandError(f"The checkpoint cannot be read: {problem}.") from None
        public = public_keys()
        first, count = "", 0
        with one_moment():
            if public and not Checkpoint.objects.exists():
                raise CommandError("There are public keys, but no checkpoint. They were removed, or none was made yet.")
            for fault in verify.faults(public, kept):
                self.stdout.write(fault)
                first, count = first or fault, count + 1
        if count:
            raise CommandError(f"The record does not add up: {count} faults, the first: {first}")
        entries, newest = Entry.objects.count(), Checkpoint.objects.order_by("pk").last()
        signed = (
            f"signed by checkpoints up to {stamp(newest.at)}" if newest else "nothing is signed by a checkpoint yet"
        )
        self.stdout.write(f"The record adds up: {entries} entries; {signed}.")
        if not kept:
            self.stdout.write(
                "No checkpoint kept elsewhere was compared (--against FILE): that rows and the checkpoints"
            )
            self.stdout.write("over them were cut off together would not be seen.")

    def last_stored(self) -> str:
        """What the key beside this database signed last; empty without a key.

        A signer at work may have signed it and not stored it yet: it is given a moment, or it would look removed.
        """
        try:
            note = keys.last_signed(settings.CHECKPOINT_KEY)
        except OSError:
            return ""
        deadline = time.monotonic() + PATIENCE
        while note and not Checkpoint.objects.filter(note=note).exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        return note


def public_keys() -> list[PublicKey]:
    """The keys whose checkpoints count; none when none are configured. Raises CommandError."""
    path = settings.CHECKPOINT_PUBLIC_KEYS
    try:
        return read_keys(str(path)) if path.exists() else []
    except (OSError, ValueError) as problem:
        raise CommandError(f"The public keys in {path} cannot be read: {problem}.") from None
