"""The prison service's event messages, translated once into our words. Pure: no database.

Shapes, reasons and traps: reference/interop.md, sections 1 and 7. Both families (prisoner-offender-search and
prison-offender-events) are read, bare or in the SNS envelope; raw NOMIS events and integration pointers are not ours.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from registration.identifiers import NotAnIdentifier, prison_id, prison_number, shown
from registration.movements import RECEIVED_REASONS, RELEASED_REASONS, Direction, Movement, Source


class NotUnderstood(ValueError):
    """Not an event, or one of ours without a usable number, time or reason; the message says which."""


@dataclass(frozen=True, slots=True)
class Moved:
    number: str
    movement: Movement


@dataclass(frozen=True, slots=True)
class Merged:
    kept: str
    removed: str
    at: datetime


@dataclass(frozen=True, slots=True)
class BookingChanged:
    """A booking was moved (two numbers) or deleted (one): staff must look."""

    kind: str
    numbers: tuple[str, ...]
    at: datetime
    detail: str


@dataclass(frozen=True, slots=True)
class ConvictedStatus:
    number: str
    convicted: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class StatusPrompt:
    """The imprisonment status changed, and the message does not say to what: staff look and type it."""

    number: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NotOurs:
    event_type: str


Fact = Moved | Merged | BookingChanged | ConvictedStatus | StatusPrompt | NotOurs

# Far enough from both ends of the calendar that days and hours can be added.
POSSIBLE_YEARS = range(1900, 2200)
MOVEMENT_CODE = re.compile(r"[A-Za-z0-9_]{1,20}")
SOURCES = {
    "prisoner-offender-search": Source.SEARCH,
    "prison-offender-events": Source.OFFENDER_EVENTS,
}


def messages(text: str) -> Iterator[tuple[Any, str]]:
    """Each message in a file: an object, an array, lines, or objects one after another; with its own text.

    What cannot be read as JSON comes as a plain string, a line at a time where the file is made of lines.
    """
    found, rest = decoded(text.removeprefix("\ufeff"))
    lines = [line.strip() for line in rest.splitlines() if line.strip()]
    parsed = [parse(line) for line in lines]
    of_lines = found and not any("\n" in raw for _, raw in found)
    if of_lines or any(isinstance(item, dict | list) for item in parsed) or not rest.startswith(("{", "[")):
        found += zip(parsed, lines, strict=True)
    else:
        found.append((rest.strip(), rest.strip()))
    for item, raw in found:
        if isinstance(item, list):
            yield from ((part, text_of(part, f"entry {n} of {raw}")) for n, part in enumerate(item, start=1))
        else:
            yield item, raw


def decoded(text: str) -> tuple[list[tuple[Any, str]], str]:
    """The JSON values one after another, each with its text, and the rest from where it cannot be read."""
    decoder = json.JSONDecoder()
    found: list[tuple[Any, str]] = []
    at = 0
    while True:
        while at < len(text) and text[at].isspace():
            at += 1
        if at == len(text):
            return found, ""
        try:
            item, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return found, text[at:]
        found.append((item, text[at:end]))
        at = end


def text_of(item: Any, otherwise: str) -> str:
    """The item as JSON with sorted keys; nested too deep for that, the other text."""
    try:
        return json.dumps(item, sort_keys=True, separators=(",", ":"))
    except (ValueError, RecursionError):
        return otherwise


def parse(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return line


def unwrapped(item: Any) -> Any:
    """The event inside an SNS envelope, whose Message is JSON once more; anything else as it is."""
    if isinstance(item, dict) and isinstance(item.get("Message"), str) and "eventType" not in item:
        inner = parse(item["Message"])
        return inner if isinstance(inner, dict) else item
    return item


def fingerprint(event: Any, raw: str) -> str:
    """Equal for equal content, whatever the order of keys, the spacing or the envelope."""
    return hashlib.sha256(text_of(event, raw).encode("utf-8", "backslashreplace")).hexdigest()


def translate(event: Any) -> Fact:
    """What an event says, in our words. Raises NotUnderstood."""
    if not isinstance(event, dict) or not isinstance(event.get("eventType"), str):
        raise NotUnderstood("This is not an event: it has no eventType.")
    event_type = event["eventType"]
    family, _, what = event_type.partition(".")
    info = event.get("additionalInformation")
    info = info if isinstance(info, dict) else {}
    translator = TRANSLATORS.get((family, what))
    return (
        translator(event, info, SOURCES.get(family, Source.RESTRICTED_PATIENTS)) if translator else NotOurs(event_type)
    )


def received(event: dict[str, Any], info: dict[str, Any], source: Source) -> Fact:
    return moved(event, info, source, Direction.IN, RECEIVED_REASONS)


def released(event: dict[str, Any], info: dict[str, Any], source: Source) -> Fact:
    return moved(event, info, source, Direction.OUT, RELEASED_REASONS)


def moved(
    event: dict[str, Any], info: dict[str, Any], source: Source, direction: Direction, reasons: dict[str, Any]
) -> Moved:
    reason = info.get("reason")
    if not isinstance(reason, str) or reason not in reasons:
        raise NotUnderstood(
            f"The reason {shown(reason)} is not one we know. Find out what happened and enter it by hand."
        )
    code = info.get("nomisMovementReasonCode")
    return Moved(
        number_of(event, info.get("nomsNumber")),
        Movement(
            at=time_of(event),
            direction=direction,
            reason=reason,
            code=code.upper() if isinstance(code, str) and MOVEMENT_CODE.fullmatch(code) else "",
            prison=prison_id(info.get("prisonId")),
            source=source,
        ),
    )


def restricted(event: dict[str, Any], info: dict[str, Any], source: Source) -> Fact:
    """Became a restricted patient: in hospital, and still serving."""
    movement = Movement(time_of(event), Direction.OUT, "RELEASED_TO_HOSPITAL", source=source)
    return Moved(number_of(event, info.get("prisonerNumber")), movement)


def merged(event: dict[str, Any], info: dict[str, Any], source: Source) -> Fact:
    # The description names the two numbers the wrong way round; only the fields are to be trusted.
    kept, removed = usable(info.get("nomsNumber")), usable(info.get("removedNomsNumber"))
    if kept == removed:
        raise NotUnderstood("A merge of a number with itself.")
    return Merged(kept, removed, time_of(event))


def booking_moved(event: dict[str, Any], info: dict[str, Any], source: Source) -> Fact:
    numbers = usable(info.get("movedFromNomsNumber")), usable(info.get("movedToNomsNumber"))
    return BookingChanged("booking-moved", numbers, time_of(event), f"From {numbers[0]} to {numbers[1]}")


def booking_deleted(event: dict[str, Any], info: dict[str, Any], source: Source) -> Fact:
    return BookingChanged("booking-deleted", (number_of(event, info.get("nomsNumber")),), time_of(event), "")


def status_changed(event: dict[str, Any], info: dict[str, Any], source: Source) -> Fact:
    return StatusPrompt(number_of(event, info.get("nomsNumber")), time_of(event))


def convicted_status(event: dict[str, Any], info: dict[str, Any], source: Source) -> Fact:
    told = info.get("convictedStatus")
    if told not in ("Convicted", "Remand"):
        raise NotUnderstood(f"The convicted status {shown(told)} is neither Convicted nor Remand.")
    return ConvictedStatus(number_of(event, info.get("nomsNumber")), told == "Convicted", time_of(event))


TRANSLATORS = {
    ("prisoner-offender-search", "prisoner.received"): received,
    ("prisoner-offender-search", "prisoner.released"): released,
    ("prisoner-offender-search", "prisoner.convicted-status-changed"): convicted_status,
    ("prison-offender-events", "prisoner.received"): received,
    ("prison-offender-events", "prisoner.released"): released,
    ("prison-offender-events", "prisoner.merged"): merged,
    ("prison-offender-events", "prisoner.booking.moved"): booking_moved,
    ("prison-offender-events", "prisoner.booking.deleted"): booking_deleted,
    ("prison-offender-events", "prisoner.imprisonment-status-changed"): status_changed,
    ("restricted-patients", "patient.added"): restricted,
}


def usable(number: object) -> str:
    try:
        return prison_number(number)
    except NotAnIdentifier as problem:
        raise NotUnderstood(str(problem)) from problem


def number_of(event: dict[str, Any], named: object) -> str:
    """The person's number from additionalInformation or personReference: real messages lack the one or the other."""
    reference = event.get("personReference")
    identifiers = reference.get("identifiers") if isinstance(reference, dict) else None
    told = [named] + [
        i.get("value")
        for i in (identifiers if isinstance(identifiers, list) else [])
        if isinstance(i, dict) and i.get("type") == "NOMS"
    ]
    numbers = set()
    for number in told:
        try:
            numbers.add(prison_number(number))
        except NotAnIdentifier:
            continue
    if len(numbers) > 1:
        raise NotUnderstood("The message names two different prison numbers. Find out who is meant.")
    return numbers.pop() if numbers else usable(named)


def time_of(event: dict[str, Any]) -> datetime:
    """``occurredAt``: ISO 8601 with an offset and up to nine fractional digits."""
    told = event.get("occurredAt")
    try:
        at = datetime.fromisoformat(told)  # type: ignore[arg-type]
        if at.tzinfo is None or at.year not in POSSIBLE_YEARS:
            raise ValueError("no offset, or no year in which anyone was received")
        return at.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise NotUnderstood(f"{shown(told)} is not a time with an offset, like 2026-11-21T10:15:00+00:00.") from None
