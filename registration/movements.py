"""What a message about a movement means, and which messages tell one and the same movement. Pure.

The reasons and codes are the prison service's; what each means to us is reference/interop.md, section 7.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

# The two families tell one movement at slightly different times.
SAME_MOVEMENT = timedelta(hours=2)


class Source(StrEnum):
    SEARCH = "search"  # prisoner-offender-search: within seconds, no movement code
    OFFENDER_EVENTS = "offender-events"  # prison-offender-events: 45 minutes later, with the code
    RESTRICTED_PATIENTS = "restricted-patients"
    STAFF = "staff"
    ROLL = "roll"
    IMPORT = "import"


class Direction(StrEnum):
    IN = "in"
    OUT = "out"
    SEEN = "seen"  # no movement: somebody saw the person in custody at that time


class Kind(StrEnum):
    """What a movement means to us."""

    NEW_BOOKING = "new-booking"
    ADMISSION = "admission"
    RETURN = "return"
    TRANSFER_IN = "transfer-in"
    REATTACH = "reattach"
    ROLL = "roll"
    SEEN = "seen"
    TRANSFER_OUT = "transfer-out"
    AWAY = "away"
    CARE = "care"
    ESCAPE = "escape"
    DEATH = "death"
    RELEASE = "release"
    NOTHING = "nothing"


RECEIVED_REASONS = {
    "NEW_ADMISSION": Kind.NEW_BOOKING,
    "ADMISSION": Kind.ADMISSION,
    "READMISSION": Kind.ADMISSION,
    "READMISSION_SWITCH_BOOKING": Kind.REATTACH,
    "POST_MERGE_ADMISSION": Kind.REATTACH,
    "TRANSFERRED": Kind.TRANSFER_IN,
    "RETURN_FROM_COURT": Kind.RETURN,
    "TEMPORARY_ABSENCE_RETURN": Kind.RETURN,
}
RELEASED_REASONS = {
    "RELEASED": Kind.RELEASE,
    "RELEASED_TO_HOSPITAL": Kind.CARE,
    "SENT_TO_COURT": Kind.AWAY,
    "TEMPORARY_ABSENCE_RELEASE": Kind.AWAY,
    "TRANSFERRED": Kind.TRANSFER_OUT,
}
# NOMIS movement reason codes (prison-api reference data, MOVE_RSN), read together with ADMISSION.
# Recall codes (L B Y 24 ETB ETRLR ETRRIE ELR) re-open the old booking and stay a plain admission.
ADMISSION_CODES = {
    **dict.fromkeys("N V I W E C F T O P J G K 25 26 27 29 INTER".split(), Kind.NEW_BOOKING),
    **dict.fromkeys("R RECA A U H S Z Q".split(), Kind.RETURN),
    **dict.fromkeys("INT M TRNCRT TRNTAP".split(), Kind.TRANSFER_IN),
}
RECALL_CODES = {"L", "B", "Y", "24", "ETB", "ETRLR", "ETRRIE", "ELR"}
# Read together with RELEASED and RELEASED_TO_HOSPITAL. HO and HQ are in no list, but were seen for hospital.
RELEASE_CODES = {
    "MRG": Kind.NOTHING,
    **dict.fromkeys(["UAL", "UAL_ECL", "ESCP"], Kind.ESCAPE),
    **dict.fromkeys(["HP", "HO", "HQ"], Kind.CARE),
    "DEC": Kind.DEATH,
}
ADMISSIONS = {Kind.NEW_BOOKING, Kind.ADMISSION}


@dataclass(frozen=True, slots=True)
class Movement:
    """One arrival or departure as somebody told it. ``at`` carries a time zone."""

    at: datetime
    direction: Direction
    reason: str = ""
    code: str = ""
    prison: str | None = None
    source: Source = Source.STAFF
    reception_date: date | None = None
    # Set where two tellings were joined: the earlier time, and what the other one knew.
    first_told_at: datetime | None = None
    other_reason: str = ""

    @property
    def when(self) -> datetime:
        """Its place in time: where two tellings were joined, the earlier one."""
        return self.first_told_at or self.at

    @property
    def kind(self) -> Kind:
        if self.direction is Direction.SEEN:
            return Kind.ROLL if self.source is Source.ROLL else Kind.SEEN
        if self.direction is Direction.OUT:
            kind = RELEASED_REASONS[self.reason]
            return RELEASE_CODES.get(self.code, kind) if kind in (Kind.RELEASE, Kind.CARE) else kind
        kind = RECEIVED_REASONS[self.reason]
        other = RECEIVED_REASONS.get(self.other_reason)
        if Kind.REATTACH in (kind, other):
            # Only the search family knows of bookings; the other can say no more than ADMISSION.
            return Kind.REATTACH
        if self.reason != "ADMISSION":
            return kind
        if self.code in ADMISSION_CODES:
            return ADMISSION_CODES[self.code]
        return other if other and self.code not in RECALL_CODES else kind


def in_order(movement: Movement) -> tuple[object, ...]:
    """By time; at one and the same time a departure first, then an arrival, then a sighting."""
    rank = (Direction.OUT, Direction.IN, Direction.SEEN).index(movement.direction)
    return (
        movement.when,
        movement.at,
        rank,
        movement.source,
        movement.reason,
        movement.code,
        movement.prison or "",
        str(movement.reception_date),
        movement.other_reason,
    )


def told_once(movements: set[Movement]) -> Iterator[Movement]:
    """The movements, each once: what both families tell within two hours is one, and the one with a code wins."""
    early = [m for m in movements if m.source is Source.SEARCH]
    late = [m for m in movements if m.source is Source.OFFENDER_EVENTS]
    pairs = sorted(
        (
            ((a.reason != b.reason and not alike(a, b)), abs(a.at - b.at), in_order(a), in_order(b), a, b)
            for a in early
            for b in late
            if a.direction is b.direction and a.prison == b.prison and abs(a.at - b.at) <= SAME_MOVEMENT
        ),
        key=lambda pair: pair[:4],
    )
    joined: set[Movement] = set()
    for *_, a, b in pairs:
        if a in joined or b in joined:
            continue
        joined |= {a, b}
        # Without a code on either, a bare "released" says less than the other.
        less = not b.code and b.reason == "RELEASED"
        winner, other = (a, b) if (a.code and not b.code) or less else (b, a)
        yield replace(winner, first_told_at=min(a.at, b.at), other_reason=other.reason)
    yield from movements - joined


def alike(a: Movement, b: Movement) -> bool:
    """Whether the two families use these reasons for the same thing: ADMISSION is all that the later one can say."""
    admissions = {"NEW_ADMISSION", "READMISSION", "READMISSION_SWITCH_BOOKING", "POST_MERGE_ADMISSION", "ADMISSION"}
    releases = {"RELEASED", "RELEASED_TO_HOSPITAL"}
    return {a.reason, b.reason} <= admissions or {a.reason, b.reason} <= releases
