"""The words of every language, published in a test without drawing them anew: they are drawn once a process."""

from contextlib import suppress
from typing import Any

from django.db import transaction

from consent.models import Explanation
from consent.words import publishing

ROWS: list[dict[str, Any]] = []


def publish(*languages: str) -> None:
    """In these languages alone, or in all where none is named."""
    if not ROWS:
        # Drawn within a savepoint: the rows are put back as the test asks for them.
        with suppress(Again), transaction.atomic():
            publishing.publish()
            ROWS.extend(Explanation.objects.order_by("pk").values("hash", "question", "language", "source", "rendered"))
            raise Again
    wanted = [row for row in ROWS if not languages or row["language"] in languages]
    Explanation.objects.bulk_create(Explanation(**row) for row in wanted)


class Again(Exception):
    """To undo what was drawn."""
