"""The append-only record: what a line holds, how lines are chained, and how they are read."""

import hashlib
import json
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from consent.models import Entry, Remark
from consent.proof.check_record import START, is_seal, sealed
from registration.models import Patient

# What somebody typed: beside the line, not in it, so that it can be erased and the line still proves itself.
TYPED = {"reason", "interpreter", "source", "recorded_by", "view"}
# Whose chain it is: the prison number, sealed in the same way in the first line.
ABOUT = "about"
ERASED = "(erased)"


def canonical(value: dict[str, Any]) -> bytes:
    """The bytes that are hashed: JSON with sorted keys, no spaces, ASCII; no floating-point numbers."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def stamp(at: datetime) -> str:
    """A time in UTC with microseconds, so that equal times are equal text."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def append(
    *,
    patient: Patient,
    kind: str,
    at: datetime,
    by: dict[str, str],
    data: dict[str, Any],
    after: tuple[int, str] | None = None,
) -> Entry:
    """Add a line to the patient's chain; the caller holds the patient's lock, in the transaction of what it records.

    ``by`` says who pressed: {"who": "person" | "staff" | "feed" | "import" | "system", "name": username or ""}.
    ``after``: place and hash of the chain's last line, from whoever has just read it; (0, START) for none.
    """
    seq, previous = after or end_of(patient)
    seq += 1
    recorded_at = timezone.now()
    if seq == 1:
        data = data | {ABOUT: patient.prison_number}
    data, remarks = set_apart(patient, data)
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
    if remarks:
        Remark.objects.bulk_create(remarks)
    return entry


def end_of(patient: Patient) -> tuple[int, str]:
    """Place and hash of the last line of a patient's chain."""
    last = Entry.objects.filter(chain=patient.record_id).order_by("-seq").values_list("seq", "hash").first()
    return last or (0, START)


def set_apart(patient: Patient, data: dict[str, Any]) -> tuple[dict[str, Any], list[Remark]]:
    """The data of a line with a salted hash in place of each thing that somebody typed, and what they typed."""
    remarks = {}
    for name in (TYPED | {ABOUT}) & data.keys():
        if data[name]:
            salt = secrets.token_hex(16)
            seal = sealed(salt, data[name])
            remarks[name] = Remark(seal=seal, chain=patient.record_id, salt=salt, text=data[name])
    return data | {name: {"seal": remark.seal} for name, remark in remarks.items()}, list(remarks.values())


def read(entry: Entry) -> dict[str, Any]:
    """What a line says, as it was hashed: of what was typed with it, only the seal."""
    return json.loads(bytes(entry.body))  # type: ignore[no-any-return]


def opened(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """What lines say, with what was typed put back in, or "(erased)"."""
    lines = [read(entry) for entry in entries]
    seals = [seal for line in lines for seal in seals_of(line).values()]
    texts = dict(Remark.objects.filter(seal__in=seals).values_list("seal", "text")) if seals else {}
    for line in lines:
        line["data"] |= {name: texts.get(seal, ERASED) for name, seal in seals_of(line).items()}
    return lines


def seals_of(line: dict[str, Any]) -> dict[str, str]:
    return {name: said["seal"] for name, said in line["data"].items() if is_seal(said)}
