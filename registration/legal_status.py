"""A person's legal status over time, and when it truly changed. Pure.

The list is the prison service's own (hmpps-prisoner-search, ``legalStatus``; prison-api ``LegalStatus.java``).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class LegalStatus(StrEnum):
    REMAND = "REMAND"
    CONVICTED_UNSENTENCED = "CONVICTED_UNSENTENCED"
    SENTENCED = "SENTENCED"
    INDETERMINATE_SENTENCE = "INDETERMINATE_SENTENCE"
    RECALL = "RECALL"
    IMMIGRATION_DETAINEE = "IMMIGRATION_DETAINEE"
    CIVIL_PRISONER = "CIVIL_PRISONER"
    OTHER = "OTHER"
    UNKNOWN = "UNKNOWN"


# prison-api LegalStatus bands: Convicted is band 8 or less, or 11. Immigration stands in 8 and 11, so it may be either.
CONVICTED = {
    LegalStatus.CONVICTED_UNSENTENCED,
    LegalStatus.SENTENCED,
    LegalStatus.INDETERMINATE_SENTENCE,
    LegalStatus.RECALL,
    LegalStatus.IMMIGRATION_DETAINEE,
}
# They may leave from court, on a day that nobody knows; a person is told so, and is seen before a yes is sent.
ON_REMAND = {LegalStatus.REMAND, LegalStatus.CONVICTED_UNSENTENCED}
NOT_CONVICTED = {LegalStatus.REMAND, LegalStatus.CIVIL_PRISONER, LegalStatus.IMMIGRATION_DETAINEE}


@dataclass(frozen=True, slots=True)
class StatusRecord:
    """One thing we were told: a status (from staff or a reception list), or only "convicted" or "not" (a message)."""

    at: datetime
    status: LegalStatus = LegalStatus.UNKNOWN
    convicted: bool | None = None
    told_at: datetime | None = None  # where that was later than what it tells

    @property
    def known_at(self) -> datetime:
        return max(self.at, self.told_at or self.at)


@dataclass(frozen=True, slots=True)
class StatusHistory:
    status: LegalStatus
    changed_at: tuple[datetime, ...]
    known_at: tuple[datetime, ...] = ()  # of each of these changes, when somebody here could know of it
    unknown_since: datetime | None = None  # when a message left it open, where nobody has said since what it is

    def changed_since(self, at: datetime) -> datetime | None:
        """When somebody here could know of the first change after this time."""
        changes = zip(self.changed_at, self.known_at, strict=True)
        return next((known for changed, known in changes if changed > at), None)


def in_order(record: StatusRecord) -> tuple[datetime, bool, str, str, datetime]:
    return record.at, record.convicted is not None, str(record.status), str(record.convicted), record.known_at


def history(records: Iterable[StatusRecord]) -> StatusHistory:
    """The status that stands, and the times at which it changed.

    Learning a status for the first time is no change. A convicted-status-changed message is one by its nature,
    unless what we already knew fits it. It does not say which status follows: then it is unknown, for staff to fill in.
    """
    status = LegalStatus.UNKNOWN
    convicted: bool | None = None
    changes: list[StatusRecord] = []
    unknown_since: datetime | None = None
    for record in sorted(records, key=in_order):
        if record.convicted is not None:
            fits = CONVICTED if record.convicted else NOT_CONVICTED
            if status in fits or (status is LegalStatus.UNKNOWN and convicted is record.convicted):
                continue
            changes.append(record)
            status, convicted = LegalStatus.UNKNOWN, record.convicted
            unknown_since = unknown_since or record.known_at
        elif record.status is not LegalStatus.UNKNOWN:
            # A message that said "convicted" has already counted as this change: staff now say what it was.
            told = status is LegalStatus.UNKNOWN and convicted is not None
            as_told = record.status in (CONVICTED if convicted else NOT_CONVICTED)
            if (told and not as_told) or status not in (LegalStatus.UNKNOWN, record.status):
                changes.append(record)
            status, convicted, unknown_since = record.status, None, None
    changed_at, known_at = tuple(change.at for change in changes), tuple(change.known_at for change in changes)
    return StatusHistory(status, changed_at, known_at, unknown_since)
