"""What goes into the signed tree: every row of every append-only table, each as the bytes that its leaf is over.

An entry's leaf is over the entry's own bytes. The other tables hold no such bytes, so theirs are canonical JSON of
what the row says; whatever a row refers to by hash is thereby in the tree as well.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model, QuerySet

from consent.ledger import canonical, digest, stamp
from consent.models import AccessEvent, Entry, Explanation, Presentation, SignOff


@dataclass(frozen=True, slots=True)
class Source:
    """One table: which columns a leaf is over, and how they become bytes."""

    name: str
    model: type[Model]
    columns: tuple[str, ...]
    time: str  # the column that says when
    data: Callable[..., bytes]

    def rows(self, found: QuerySet[Any] | None = None) -> Iterator[tuple[int, bytes]]:
        """(key, the bytes of its leaf) of each row, oldest first."""
        return ((key, data) for key, _at, data in self.dated(found))

    def dated(self, found: QuerySet[Any] | None = None) -> Iterator[tuple[int, datetime, bytes]]:
        """(key, when it says it was recorded, the bytes of its leaf) of each row, oldest first."""
        rows = self.model._default_manager.all() if found is None else found
        columns = rows.order_by("pk").values_list("pk", self.time, *self.columns)
        return ((row[0], row[1], self.data(*row[2:])) for row in columns.iterator(chunk_size=5000))


def explanation(name: str, question: str, language: str, rendered: str, published_at: Any) -> bytes:
    return canonical(
        {
            "leaf": "explanation",
            "explanation": name,
            "question": question,
            "language": language,
            "rendered": digest(rendered.encode()),
            "at": stamp(published_at),
        }
    )


def presentation(name: str, chain: Any, explanation_hash: str, shown_at: Any) -> bytes:
    return canonical(
        {
            "leaf": "presentation",
            "presentation": name,
            "chain": str(chain),
            "explanation": explanation_hash,
            "at": stamp(shown_at),
        }
    )


def sign_off(sentence: str, name: str, role: str, at: Any) -> bytes:
    return canonical({"leaf": "sign-off", "sentence": sentence, "name": name, "role": role, "at": stamp(at)})


def access(key: int, chain: Any, at: Any, who: str, what: str, prison: str) -> bytes:
    return canonical(
        {
            "leaf": "access",
            # Two looks may be alike in all else, and both count.
            "number": key,
            "chain": str(chain),
            "at": stamp(at),
            "who": who,
            "what": what,
            "prison": prison,
        }
    )


SOURCES = {
    source.name: source
    for source in (
        Source("entry", Entry, ("body",), "recorded_at", bytes),
        Source(
            "explanation",
            Explanation,
            ("hash", "question", "language", "rendered", "published_at"),
            "published_at",
            explanation,
        ),
        Source(
            "presentation", Presentation, ("hash", "chain", "explanation__hash", "shown_at"), "shown_at", presentation
        ),
        Source("sign-off", SignOff, ("sentence", "name", "role", "at"), "at", sign_off),
        Source("access", AccessEvent, ("pk", "chain", "at", "who", "what", "prison"), "at", access),
    )
}
