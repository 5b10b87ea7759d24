"""What happened at one prison, week by week, from what is on record about each person. Pure.

A yes and a no count alike everywhere. Only a yes is checked before sending, so checks have no number here, only how
many in ten were in time: their number would nearly be the number of yes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from consent.counts.suppressing import Number, alone, in_ten, may_be_counted, split
from consent.history import Line
from consent.policy import EXPLICIT, Answer, Intervals, due_after, waited
from consent.standing import MISSED, days_away, local_date
from registration.custody import Period, custody_periods, period_at
from registration.legal_status import LegalStatus, StatusRecord, history
from registration.movements import Direction, Movement

WEEKS = 13
MOMENT = timedelta(microseconds=1)
A_WEEK = timedelta(days=7)
FIRST = date(2026, 1, 5)  # a Monday, from which every thirteen weeks are counted
ROUTES = ("tablet", "talk", "paper")
UNKNOWN, OTHER = "unknown", "other"


class Counted(StrEnum):
    """Numbers of times; and (those in IN_TEN) of all such times, how many in ten."""

    OFFERED = "offered"
    LATER = "later"
    ASKED_IN_TIME = "asked-in-time"
    CHECKED_IN_TIME = "checked-in-time"
    SPARED = "spared"
    UNDERSTOOD = "understood"
    HELP = "help"
    INTERPRETER = "interpreter"
    TABLET = "tablet"
    TALK = "talk"
    PAPER = "paper"
    NO_TIME = "no-time"
    NO_INTERPRETER = "no-interpreter"
    NOT_TODAY = "not-today"


IN_TEN = {
    Counted.ASKED_IN_TIME,
    Counted.CHECKED_IN_TIME,
    Counted.UNDERSTOOD,
    Counted.TABLET,
    Counted.TALK,
    Counted.PAPER,
}
# Why somebody could not be asked, as it is on record; everything else is about the person, and not told apart.
WHY_NOT = {"No time or private place": Counted.NO_TIME, "No interpreter": Counted.NO_INTERPRETER}


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the record about signing up, with what counting needs beside it."""

    line: Line
    route: str = ""
    has_interpreter: bool = False
    why: str = ""
    first_tries: tuple[str, ...] = ()  # at each understanding question that was answered on the tablet


@dataclass(frozen=True, slots=True)
class Person:
    """``told``: without what was recorded in error. ``helped``: visits here in which help was pressed."""

    movements: tuple[Movement, ...]
    told: tuple[Told, ...] = ()
    statuses: tuple[StatusRecord, ...] = ()
    language: str = UNKNOWN
    helped: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    what: Counted
    at: datetime
    is_so: bool = True
    language: str = UNKNOWN
    legal: LegalStatus = LegalStatus.UNKNOWN


def weeks_before(today: date) -> list[date]:
    """The Mondays of the last thirteen whole weeks that belong together, and of those since: thirteen to twenty-five.

    A week stands here once it has been over for a week: papers are typed by then, and whoever was moved here has been
    asked again or not.
    """
    end = today - timedelta(days=today.weekday()) - A_WEEK
    begun = FIRST + ((end - FIRST) // A_WEEK // WEEKS - 1) * WEEKS * A_WEEK
    return [begun + so_many * A_WEEK for so_many in range((end - begun) // A_WEEK)]


# -- what happened ----------------------------------------------------------------------------------------------------


def events(person: Person, prison: str, mondays: Sequence[date], days: Intervals) -> Iterator[Event]:
    """What happened to this person at this prison in these weeks, each with their language and legal status then."""
    for what, at, is_so in (*answers(person, prison, days), *spared(person, prison, mondays)):
        if is_within(at, mondays):
            legal = history(one for one in person.statuses if one.at <= at).status
            yield Event(what, at, is_so, person.language, legal)


def is_within(at: datetime, mondays: Sequence[date]) -> bool:
    return mondays[0] <= local_date(at) < mondays[-1] + A_WEEK


Happened = tuple[Counted, datetime, bool]


def answers(person: Person, prison: str, days: Intervals) -> Iterator[Happened]:
    periods = custody_periods(person.movements)
    for period in periods:
        before: list[Line] = []
        for told in sorted(person.told, key=lambda told: (told.line.at, told.line.record, told.line.seq)):
            line = told.line
            if period_at(periods, line.at) is not period or line.kind not in ("decision", "second-look"):
                continue
            if line.prison == prison and not line.imported and told.route in ROUTES:
                yield from answered(told, before, period, days)
            before.append(line)
    yield from ((Counted.HELP, at, True) for at in person.helped)


def answered(told: Told, before: Sequence[Line], period: Period, days: Intervals) -> Iterator[Happened]:
    """What one line counts as, after these of the same time in prison."""
    line, last = told.line, before[-1] if before else None
    if line.answer == Answer.NOT_POSSIBLE:
        yield WHY_NOT.get(told.why, Counted.NOT_TODAY), line.at, True
        return
    if last is not None and last.answer == Answer.YES and last.hold == "second-look":
        yield Counted.CHECKED_IN_TIME, line.at, local_date(line.at) <= check_by(last, period, days)
    if line.kind == "second-look" or line.answer == Answer.WITHDRAWN:
        return
    due = asked_by(before, period, days)
    if due is not None:
        yield Counted.ASKED_IN_TIME, line.at, local_date(line.at) <= due
    if not any(earlier.answer in (*EXPLICIT, Answer.LATER) for earlier in before):
        yield Counted.OFFERED, line.at, True
    if line.answer == Answer.LATER:
        yield Counted.LATER, line.at, True
    if told.has_interpreter:
        yield Counted.INTERPRETER, line.at, True
    if told.first_tries:
        yield Counted.UNDERSTOOD, line.at, not any(tried in MISSED for tried in told.first_tries)
    yield from ((Counted(route), line.at, told.route == route) for route in ROUTES)


def check_by(yes: Line, period: Period, days: Intervals) -> date:
    return waited(local_date(yes.at) + timedelta(days.second_look), days_away(period))


def asked_by(before: Sequence[Line], period: Period, days: Intervals) -> date | None:
    """The day by which they were to be asked; None where nothing was to be asked, and they changed their mind."""
    if not before:
        return waited(local_date(period.opened_at) + timedelta(days.offer), days_away(period))
    last = before[-1]
    if last.answer not in (Answer.LATER, Answer.NOT_POSSIBLE):
        return None
    times = sum(line.answer == Answer.LATER for line in before)
    return waited(due_after(Answer(last.answer), max(times, 1), local_date(last.at), days), days_away(period))


def spared(person: Person, prison: str, mondays: Sequence[date]) -> Iterator[Happened]:
    """Arrivals here from another prison with an answer that stands, where nobody asked again within a week."""
    for movement in person.movements:
        if movement.direction is not Direction.IN or movement.prison != prison or not is_within(movement.at, mondays):
            continue
        came = came_from_another(person.movements, movement.at, prison)
        if came is not None and stood(person.told, came.opened_at, movement.at):
            asked = any(is_asking(told.line, movement.at) for told in person.told)
            if not asked:
                yield Counted.SPARED, movement.at, True


def came_from_another(movements: Iterable[Movement], at: datetime, prison: str) -> Period | None:
    """The time in prison that went on here at this moment, after another prison; told twice, it happened once."""
    known = tuple(movements)
    earlier, now = custody_periods(known, at - MOMENT), custody_periods(known, at)
    is_same = earlier and now and earlier[-1].opened_at == now[-1].opened_at
    return now[-1] if is_same and now[-1].prison == prison != earlier[-1].prison else None


def stood(told: Iterable[Told], since: datetime, at: datetime) -> bool:
    """Whether the last answer before this moment was one after which nobody asks again."""
    decided = [one.line for one in told if one.line.kind == "decision" and since <= one.line.at <= at]
    last = max(decided, key=lambda line: (line.at, line.record, line.seq), default=None)
    return last is not None and last.answer in EXPLICIT


def is_asking(line: Line, arrived: datetime) -> bool:
    return line.kind in ("decision", "asked-anyway") and arrived < line.at < arrived + A_WEEK


# -- the table --------------------------------------------------------------------------------------------------------

Row = dict[Counted, Number]
Table = dict[str, dict[str, Row]]
TOGETHER = "together"
SPLITS = ("language", "legal")


def table(found: Iterable[Event], mondays: Sequence[date], languages: Sequence[str]) -> Table:
    """What is shown: by week, the first thirteen together, these by language and by legal status; each row with every
    column."""
    rows = {
        "week": [monday.isoformat() for monday in mondays],
        "language": [*languages, OTHER, UNKNOWN],
        "legal": [status.value for status in LegalStatus],
    }
    of: dict[Counted, list[Event]] = {what: [] for what in Counted}
    for event in found:
        of[event.what].append(event)
    shown: Table = {"week": {}, TOGETHER: {}, "language": {}, "legal": {}}
    for what, those in of.items():
        total, columns = (shares if what in IN_TEN else numbers)(those, rows)
        for kind, names in ((TOGETHER, [TOGETHER]), *rows.items()):
            column = [total] if kind == TOGETHER else columns[kind]
            for name, number in zip(names, column, strict=True):
                shown[kind].setdefault(name, {})[what] = number
    return shown


Column = tuple[Number, dict[str, list[Number]]]


def row_of(event: Event, kind: str) -> str:
    if kind == "week":
        day = local_date(event.at)
        return (day - timedelta(days=day.weekday())).isoformat()
    return event.language if kind == "language" else event.legal.value


def numbers(those: Sequence[Event], rows: Mapping[str, Sequence[str]]) -> Column:
    counted = tally(those, "week", rows["week"])
    shown = {"week": [alone(number) for number in counted]}
    first = dict(zip(rows["week"][:WEEKS], counted, strict=False))
    if not may_be_counted(first.values()):
        first = {week: number for week, number in first.items() if alone(number) is not None}
        if not sum(first.values()):
            return nothing_but(shown, rows)
    inside = [event for event in those if row_of(event, "week") in first]
    for kind in SPLITS:
        shown[kind] = split(tally(inside, kind, rows[kind]))
    return len(inside), shown


def shares(those: Sequence[Event], rows: Mapping[str, Sequence[str]]) -> Column:
    shown = {"week": [in_ten(so, so + not_so) for so, not_so in sides(those, "week", rows["week"])]}
    inside = [event for event in those if row_of(event, "week") in rows["week"][:WEEKS]]
    if not both_may_be_counted(sides(inside, "week", rows["week"])):
        return nothing_but(shown, rows)
    for kind in SPLITS:
        parts = sides(inside, kind, rows[kind])
        is_safe = both_may_be_counted(parts)
        shown[kind] = [in_ten(so, so + not_so) if is_safe else None for so, not_so in parts]
    return in_ten(sum(event.is_so for event in inside), len(inside)), shown


def nothing_but(shown: Mapping[str, list[Number]], rows: Mapping[str, Sequence[str]]) -> Column:
    return None, {**shown, **{kind: [None] * len(rows[kind]) for kind in SPLITS}}


def sides(those: Sequence[Event], kind: str, names: Sequence[str]) -> list[tuple[int, int]]:
    """In each row, how many were so and how many were not."""
    so = tally((event for event in those if event.is_so), kind, names)
    return list(zip(so, tally((event for event in those if not event.is_so), kind, names), strict=True))


def both_may_be_counted(parts: Sequence[tuple[int, int]]) -> bool:
    return all(may_be_counted(side) for side in zip(*parts, strict=True))


def tally(those: Iterable[Event], kind: str, names: Sequence[str]) -> list[int]:
    count = dict.fromkeys(names, 0)
    for event in those:
        count[row_of(event, kind)] += 1
    return list(count.values())
