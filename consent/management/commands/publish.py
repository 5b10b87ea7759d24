"""Publish the explanations."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from consent.words import publishing


class Command(BaseCommand):
    help = "Checks every file in consent/explanations and publishes those whose words are new, by their hash."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            added = publishing.publish()
        except publishing.NotPublishable as problem:
            raise CommandError(f"Nothing was published.\n{problem}") from problem
        for row in added:
            self.stdout.write(f"Published {row.question} in {row.language}: {row.hash[:12]}")
        if not added:
            self.stdout.write("Explanations up to date.")
