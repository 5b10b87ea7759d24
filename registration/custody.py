"""A set of movements in, custody periods out. Pure: any order, any repeats, the same result.

A custody period runs from entering custody to release; transfers, court, hospital and escapes lie inside it.
What each message means is the table in reference/interop.md, section 7, with the additions of design.md.
Nothing here reads the clock: whether a release has settled is asked with a time.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from registration.movements import ADMISSIONS, SAME_MOVEMENT, Direction, Kind, Movement, Source, in_order, told_once

# prison-offender-events waits 45 minutes before it speaks, and says nothing if the movement was undone meanwhile.
SETTLES_AFTER = timedelta(minutes=45)


class State(StrEnum):
    NONE = "none"
    OPEN = "open"
    AWAY = "away"
    IN_TRANSIT = "in-transit"
    CARE_ELSEWHERE = "care-elsewhere"
    SUSPENDED = "suspended"
    SETTLING = "settling"
    CLOSED = "closed"
    DECEASED = "deceased"


# On the way from one prison to another is none of these: a transfer moves no date.
ABSENT = {State.AWAY, State.CARE_ELSEWHERE, State.SUSPENDED}


@dataclass(frozen=True, slots=True)
class Period:
    """One stay in custody. ``since`` is when the movement that made this state occurred."""

    opened_at: datetime
    state: State
    prison: str | None
    since: datetime
    admission_known: bool = False
    only_seen: bool = False
    transferred: bool = False
    left_at: datetime | None = None
    reception_date: date | None = None
    # An admission arrived although the person was already here: for staff to look at.
    odd_admission_at: datetime | None = None
    # Opened by a new booking after care elsewhere: a switch of booking undoes it.
    after_care: bool = False
    # Each time they were in no prison though the stay went on, from and to, oldest first; not the one that still lasts.
    absences: tuple[tuple[datetime, datetime], ...] = ()

    def state_at(self, at: datetime) -> State:
        settled = self.state is State.SETTLING and at >= self.since + SETTLES_AFTER
        return State.CLOSED if settled else self.state

    def covers(self, at: datetime) -> bool:
        """Whether something done at this time was done in this period; until a release has settled it still is."""
        return self.opened_at <= at and (self.left_at is None or at < self.left_at + SETTLES_AFTER)

    def absences_until(self, at: datetime) -> tuple[tuple[datetime, datetime], ...]:
        """The absences, with that which ends at this time."""
        ended = self.state in ABSENT and self.since < at
        return (*self.absences, (self.since, at)) if ended else self.absences


def custody_periods(movements: Iterable[Movement], until: datetime | None = None) -> tuple[Period, ...]:
    """Every custody period that these movements make, oldest first; ``until`` leaves out what happened later."""
    known = {m for m in movements if until is None or m.at <= until}
    periods: list[Period] = []
    for movement in sorted(told_once(known), key=in_order):
        apply(periods, movement)
    return tuple(periods)


def period_at(periods: tuple[Period, ...], at: datetime) -> Period | None:
    """The custody period in which something done at this time was done, if any is known."""
    begun = [period for period in periods if period.opened_at <= at]
    return begun[-1] if begun and begun[-1].covers(at) else None


def apply(periods: list[Period], movement: Movement) -> None:
    now = periods[-1] if periods else None
    over = now is None or now.state_at(movement.when) in (State.CLOSED, State.DECEASED)
    if movement.kind is Kind.NOTHING:
        return
    if movement.direction is Direction.OUT:
        depart(periods, movement, over)
    elif over:
        if movement.kind is not Kind.REATTACH:
            periods.append(opened(movement, State.OPEN))
    else:
        assert now is not None
        arrive(periods, movement, now)


def opened(movement: Movement, state: State) -> Period:
    return Period(
        opened_at=movement.when,
        state=state,
        prison=movement.prison,
        since=movement.at,
        admission_known=movement.kind in ADMISSIONS,
        only_seen=movement.kind is Kind.SEEN,
        transferred=movement.kind is Kind.TRANSFER_IN,
        reception_date=movement.reception_date,
    )


def arrive(periods: list[Period], movement: Movement, now: Period) -> None:
    """A reception, or a sighting, while a period is running."""
    kind = movement.kind
    # A roll counts those who are out at court, and may be older than a release; not so at another prison.
    still_counted = now.state in (State.AWAY, State.SETTLING) and movement.prison in (None, now.prison)
    if kind is Kind.SEEN or (kind is Kind.ROLL and still_counted):
        return
    if now.only_seen and kind in ADMISSIONS:
        # All we knew was that the person had been in custody once: this admission is another time.
        periods[-1] = replace(now, state=State.CLOSED, left_at=movement.at - SETTLES_AFTER, prison=None)
        periods.append(opened(movement, State.OPEN))
        return
    if now.state is State.CARE_ELSEWHERE and is_new_booking(movement, now):
        periods.append(replace(opened(movement, State.OPEN), after_care=True, admission_known=True))
        return
    if kind is Kind.REATTACH and now.after_care:
        # The new booking was a mistake: the stay from before the hospital goes on.
        periods.pop()
        now = periods[-1]
    moved = movement.prison is not None and movement.prison != now.prison
    told_again = not moved and movement.at - now.since <= SAME_MOVEMENT
    odd = kind in ADMISSIONS and now.state in (State.OPEN, State.AWAY, State.IN_TRANSIT) and not told_again
    periods[-1] = replace(
        now,
        state=State.OPEN,
        prison=movement.prison or now.prison,
        since=movement.at if moved or now.state is not State.OPEN else now.since,
        left_at=None,
        only_seen=False,
        transferred=now.transferred or kind is Kind.TRANSFER_IN,
        admission_known=now.admission_known or kind in ADMISSIONS,
        reception_date=now.reception_date or movement.reception_date,
        odd_admission_at=movement.at if odd else now.odd_admission_at,
        absences=now.absences_until(movement.at),
    )


def is_new_booking(movement: Movement, now: Period) -> bool:
    if movement.kind is Kind.NEW_BOOKING:
        return True
    dates = movement.reception_date, now.reception_date
    return dates[0] is not None and dates[1] is not None and dates[0] > dates[1]


LEAVES = {
    Kind.TRANSFER_OUT: State.IN_TRANSIT,
    Kind.AWAY: State.AWAY,
    Kind.CARE: State.CARE_ELSEWHERE,
    Kind.ESCAPE: State.SUSPENDED,
    Kind.DEATH: State.DECEASED,
    Kind.RELEASE: State.SETTLING,
}


def depart(periods: list[Period], movement: Movement, over: bool) -> None:
    kind = movement.kind
    last = periods[-1] if periods else None
    from_a_roll = movement.source is Source.ROLL
    if from_a_roll and (last is None or over or not is_missed(movement, last)):
        return
    if last and over:
        if kind is Kind.DEATH:
            periods[-1] = replace(last, state=State.DECEASED, since=movement.at, prison=None)
            return
        if kind is Kind.RELEASE or last.state is State.DECEASED:
            return
        if movement.source is Source.RESTRICTED_PATIENTS:
            # A release is also told of someone who goes to hospital and is still serving: it was none.
            over = False
    if last is None or over:
        # We missed the arrival; that the person left, or was away, still shows that there was a stay.
        last = opened(movement, State.OPEN)
        periods.append(last)
    state = LEAVES[kind]
    told_again = movement.prison in (None, last.prison) or state is State.SETTLING
    if state is last.state and kind is not Kind.TRANSFER_OUT and told_again:
        return
    gone = state in (State.SETTLING, State.DECEASED)
    periods[-1] = replace(
        last,
        state=state,
        since=movement.at,
        prison=last.prison if movement.prison is None else movement.prison,
        left_at=movement.at if gone else None,
        # That somebody is on no roll tells nothing of the stay in which they were seen.
        only_seen=last.only_seen and from_a_roll,
        absences=last.absences_until(movement.at),
    )


def is_missed(movement: Movement, last: Period) -> bool:
    """Whether a roll without somebody is news: it says "not here any more" of this prison, and nothing else."""
    waited_for = {State.OPEN, State.IN_TRANSIT} if movement.kind is Kind.RELEASE else {State.OPEN}
    return last.state in waited_for and last.prison == movement.prison
