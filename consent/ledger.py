"""The append-only record: what a line holds, how lines are chained, and whether they still add up."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from consent.models import Entry, Explanation, Presentation
from registration.models import Patient

START = "0" * 64
COLUMNS = ("chain", "seq", "kind", "at", "recorded_at")


def canonical(value: dict[str, Any]) -> bytes:
    """The bytes that are hashed: JSON with sorted keys, no spaces, ASCII; no floating-point numbers."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def stamp(at: datetime) -> str:
    """A time in UTC with microseconds, so that equal times are equal text."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def append(*, patient: Patient, kind: str, at: datetime, by: dict[str, str], data: dict[str, Any]) -> Entry:
    """Add a line to the patient's chain; the caller holds the patient's lock, in the transaction of what it records.

    ``by`` says who pressed: {"who": "person" | "staff" | "feed" | "import", "name": username or ""}.
    """
    last = Entry.objects.filter(chain=patient.record_id).order_by("-seq").values_list("seq", "hash").first()
    seq, previous = (last[0] + 1, last[1]) if last else (1, START)
    recorded_at = timezone.now()
    body = canonical(
        {
            "v": 1,
            "chain": str(patient.record_id),
            "seq": seq,
            "previous": previous,
            "kind": kind,
            "at": stamp(at),
            "recorded_at": stamp(recorded_at),
            "by": by,
            "data": data,
        }
    )
    entry = Entry(
        chain=patient.record_id,
        seq=seq,
        kind=kind,
        at=at,
        recorded_at=recorded_at,
        body=body,
        hash=digest(body),
    )
    entry.save()
    return entry


def read(entry: Entry) -> dict[str, Any]:
    """What a line says."""
    return json.loads(bytes(entry.body))  # type: ignore[no-any-return]


def faults() -> Iterator[str]:
    """Everything in the record that does not add up, in plain words, in the order in which it stands."""
    chain: UUID | None = None
    seq, previous = 0, START
    for entry in Entry.objects.order_by("chain", "seq").iterator(chunk_size=5000):
        if entry.chain != chain:
            chain, seq, previous = entry.chain, 0, START
        seq += 1
        place = f"Entry {entry.seq} of chain {entry.chain}"
        if entry.seq != seq:
            yield f"{place}: entry {seq} is missing before it."
            seq = entry.seq
        elif fault := what_is_wrong(entry, previous):
            yield f"{place}: {fault}"
        previous = entry.hash
    for explanation in Explanation.objects.order_by("pk").iterator():
        if digest(explanation.source.encode()) != explanation.hash:
            name = f"{explanation.question}, {explanation.language}"
            yield f"Explanation {explanation.pk} ({name}): its words were changed."
    for presentation in Presentation.objects.order_by("pk").iterator(chunk_size=5000):
        if digest(presentation.body.encode()) != presentation.hash:
            yield f"Presentation {presentation.pk}: what it says was shown was changed."


def what_is_wrong(entry: Entry, previous: str) -> str | None:
    body = bytes(entry.body)
    if digest(body) != entry.hash:
        return "its content does not match its hash; it was changed."
    try:
        said = json.loads(body)
    except ValueError:
        return "its content cannot be read."
    if not isinstance(said, dict) or not {*COLUMNS, "previous"} <= said.keys():
        return "its content is not that of an entry."
    if said["previous"] != previous:
        return "it does not follow from the entry before it; one of them was changed, removed or slipped in."
    columns = (str(entry.chain), entry.seq, entry.kind, stamp(entry.at), stamp(entry.recorded_at))
    if any(said[name] != value for name, value in zip(COLUMNS, columns, strict=True)):
        return "its columns say something else than the content that was hashed."
    return None
