"""What is on record about one person, as far as rules need it. Pure: no database, and no clock but the time given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from registration.legal_status import StatusRecord
from registration.movements import Movement

HOLD_SECOND_LOOK = "second-look"
HOLD_NONE = "none"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the record, as far as rules need it. ``at``: when it was said; ``refers``: lines it is about."""

    id: str
    record: str
    seq: int
    at: datetime
    kind: str
    question: str = ""
    answer: str = ""
    prison: str | None = None
    hold: str = HOLD_SECOND_LOOK  # or "none", or a number of hours
    imported: bool = False
    refers: tuple[str, ...] = ()
    interpreted: bool = False  # an interpreter was named with this answer
    wanted: str = ""  # the language and dialect of an interpreter who was asked for, by a tab; "" of the tag: unknown
    once: str = ""  # names the form that made it, so that the same form sent again makes no other


@dataclass(frozen=True, slots=True)
class Notice:
    """The prison service moved or deleted a booking: a person must look."""

    id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class History:
    """All that is on record about one person, over every record that was joined into theirs."""

    movements: tuple[Movement, ...] = ()
    lines: tuple[Line, ...] = ()
    statuses: tuple[StatusRecord, ...] = ()
    notices: tuple[Notice, ...] = ()
    date_of_birth: date | None = None
    sensitive: bool = False
    outside_england: frozenset[str] = frozenset()
    joined_at: tuple[tuple[str, datetime], ...] = ()  # when each record was first joined with another

    def until(self, at: datetime) -> "History":
        """The same, counting only what happened at or before this time."""
        return History(
            tuple(m for m in self.movements if m.at <= at),
            tuple(line for line in self.lines if line.at <= at),
            tuple(s for s in self.statuses if s.at <= at),
            tuple(n for n in self.notices if n.at <= at),
            self.date_of_birth,
            self.sensitive,
            self.outside_england,
            tuple((record, joined) for record, joined in self.joined_at if joined <= at),
        )

    @property
    def latest(self) -> datetime | None:
        told: tuple[Sequence[Movement | Line | StatusRecord | Notice], ...]
        told = (self.movements, self.lines, self.statuses, self.notices)
        return max(
            (*(thing.at for things in told for thing in things), *(at for _record, at in self.joined_at)), default=None
        )
