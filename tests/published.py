"""What ``prepare`` puts into an empty database, put into a test's: worked out once a process."""

import csv
from contextlib import suppress
from typing import Any

from django.db import transaction

from consent.management.commands.prepare import PRISONS
from consent.models import Explanation
from consent.words import publishing
from registration.actions import load_prisons
from registration.models import Prison

WORDS: list[dict[str, Any]] = []
PLACES: list[dict[str, Any]] = []


def publish(*languages: str) -> None:
    """The words in these languages alone, or in all where none is named."""
    if not WORDS:
        # Drawn within a savepoint: the rows are put back as the test asks for them.
        with suppress(Again), transaction.atomic():
            publishing.publish()
            WORDS.extend(
                Explanation.objects.order_by("pk").values("hash", "question", "language", "source", "rendered")
            )
            raise Again
    for row in WORDS:
        if not languages or row["language"] in languages:
            # One by one: of many, Django makes arrays for PostgreSQL, and psycopg takes seconds over their quotes.
            Explanation.objects.bulk_create([Explanation(**row)])


def add_prisons() -> None:
    """Every prison of the file."""
    if not PLACES:
        with suppress(Again), transaction.atomic(), PRISONS.open(newline="") as file:
            load_prisons(list(csv.DictReader(file)))
            PLACES.extend(Prison.objects.values())
            raise Again
    Prison.objects.bulk_create(Prison(**row) for row in PLACES)


class Again(Exception):
    """To undo what was drawn."""
