"""Does the record still add up?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from consent import ledger
from consent.models import Entry


class Command(BaseCommand):
    help = "Hashes every entry, presentation and explanation again. Exit code 1 names the first that does not add up."

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(ledger.faults())
        for fault in found:
            self.stdout.write(fault)
        if found:
            raise CommandError(f"The record does not add up: {len(found)} faults, the first: {found[0]}")
        self.stdout.write(f"The record adds up: {Entry.objects.count()} entries.")
