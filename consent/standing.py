"""From everything on record about one person to what stands now. Pure: no database, and no clock but the time given.

``stand`` reads movements and record lines and keeps what does not change because time passes (that is what the
projection stores); ``facts_at`` adds the clock and gives policy its Facts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from consent.policy import EXPLICIT, Answer, Facts, Intervals, due_after
from consent.questions import QUESTIONS, Question
from registration.custody import SETTLES_AFTER, Period, State, custody_periods, period_at
from registration.legal_status import LegalStatus, StatusHistory, StatusRecord, history
from registration.movements import Movement

LONDON = ZoneInfo("Europe/London")
HOLD_SECOND_LOOK = "second-look"
HOLD_NONE = "none"
# What a try at an understanding question may be, besides right and skipped.
MISSED = ("wrong", "unsure")
# What staff had to do after an answer is done: their GP was asked; they were helped after taking back what was sent.
TASK_DONE = ("task-done", "helped-after-taking-back")


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
        )

    @property
    def latest(self) -> datetime | None:
        told: tuple[Sequence[Movement | Line | StatusRecord | Notice], ...]
        told = (self.movements, self.lines, self.statuses, self.notices)
        return max((thing.at for things in told for thing in things), default=None)


@dataclass(frozen=True, slots=True)
class QuestionStanding:
    question: str
    conflict: bool = False
    decision: str | None = None
    line: str = ""
    decided_at: datetime | None = None
    decided_in: str | None = None
    times_later: int = 0
    hold: str = HOLD_NONE
    task_done: bool = False
    entered: bool = False  # in the clinical record, says a member of staff
    imported: bool = False
    registered: bool = False
    legal_status_changed: bool = False
    earlier_yes: bool = False
    earlier_answer: bool = False
    in_play: tuple[str, ...] = ()  # lines of this period that a new answer would put behind it


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands for one person, whatever the time."""

    state: State = State.NONE
    prison: str | None = None
    since: datetime | None = None
    opened_at: datetime | None = None
    left_at: datetime | None = None
    admission_known: bool = False
    transferred: bool = False
    odd_admission_at: datetime | None = None
    outside_england: bool = False
    checked_by_staff: bool = False
    interpreter_wanted: str = ""  # as in Line.wanted; nothing where none is waited for
    notices: tuple[str, ...] = ()
    sensitive: bool = False
    date_of_birth: date | None = None
    legal_status: LegalStatus = LegalStatus.UNKNOWN
    questions: Mapping[str, QuestionStanding] = field(default_factory=dict)

    def state_at(self, at: datetime) -> State:
        settled = self.state is State.SETTLING and self.since is not None and at >= self.since + SETTLES_AFTER
        return State.CLOSED if settled else self.state


def stand(known: History) -> Standing:
    """What stands, from everything known, in whatever order it was learnt."""
    periods = custody_periods(known.movements)
    now = periods[-1] if periods else None
    in_error = {line_id for line in known.lines if line.kind == "error" for line_id in line.refers}
    lines = sorted(
        (line for line in known.lines if line.id not in in_error), key=lambda line: (line.at, line.record, line.seq)
    )
    legal = history(known.statuses)
    settled = {line_id for line in lines if line.kind == "conflict-resolved" for line_id in line.refers}
    notices = tuple(sorted(n.id for n in known.notices if n.id not in settled))
    questions = {q.id: question_standing(q, lines, periods, legal, bool(notices)) for q in QUESTIONS}
    if now is None:
        return Standing(
            sensitive=known.sensitive,
            date_of_birth=known.date_of_birth,
            legal_status=legal.status,
            notices=notices,
            questions=questions,
        )
    return Standing(
        state=now.state,
        prison=None if now.state in (State.CLOSED, State.DECEASED) else now.prison,
        since=now.since,
        opened_at=now.opened_at,
        left_at=now.left_at,
        admission_known=now.admission_known,
        transferred=now.transferred,
        odd_admission_at=now.odd_admission_at,
        outside_england=now.prison in known.outside_england,
        checked_by_staff=any(line.kind == "staff-check" and period_at(periods, line.at) is now for line in lines),
        interpreter_wanted=interpreter_wanted(line for line in lines if period_at(periods, line.at) is now),
        notices=notices,
        sensitive=known.sensitive,
        date_of_birth=known.date_of_birth,
        legal_status=legal.status,
        questions=questions,
    )


def interpreter_wanted(lines: Iterable[Line]) -> str:
    """The language of an interpreter whom this person asked for and did not have since."""
    wanted = ""
    for line in lines:
        if line.kind in ("interpreter-wanted", "interpreter-there"):
            wanted = line.wanted
    return wanted


def question_standing(
    question: Question,
    lines: Sequence[Line],
    periods: tuple[Period, ...],
    legal: StatusHistory,
    booking_conflict: bool,
) -> QuestionStanding:
    now = periods[-1] if periods else None
    about = [line for line in lines if line.question == question.id]
    current = [line for line in about if now is not None and period_at(periods, line.at) is now]
    earlier = [line for line in about if now is None or line.at < now.opened_at]
    decisions = [line for line in current if line.kind == "decision"]
    # The latest word of each record that was joined; what a later answer was given in full view of is behind it.
    behind = {line_id for line in decisions for line_id in line.refers}
    latest = {line.record: line for line in decisions}
    heads = [line for line in latest.values() if line.id not in behind] or list(latest.values())[-1:]
    answers = {line.answer for line in heads}
    explicit = [line for line in heads if line.answer in EXPLICIT]
    conflict = {Answer.YES, Answer.NO} <= answers
    chosen = max(explicit or heads, key=lambda line: (line.at, line.record, line.seq), default=None)
    common = {
        "question": question.id,
        "registered": is_registered(current),
        "earlier_yes": any(
            line.kind == "registered" or (line.kind == "decision" and line.answer == Answer.YES) for line in earlier
        ),
        "earlier_answer": any(
            line.kind == "registered" or (line.kind == "decision" and line.answer != Answer.NOT_POSSIBLE)
            for line in earlier
        ),
        "in_play": tuple(sorted(line.id for line in heads)),
    }
    if conflict or booking_conflict or chosen is None:
        return QuestionStanding(conflict=conflict or booking_conflict, **common)  # type: ignore[arg-type]
    looked = [line.at for line in current if line.kind == "fresh-look-declined"]
    looked_again = any(line.kind == "second-look" and chosen.id in line.refers for line in current)
    held = question.holds_yes and chosen.answer == Answer.YES and not looked_again
    return QuestionStanding(
        decision=chosen.answer,
        line=chosen.id,
        decided_at=chosen.at,
        decided_in=chosen.prison,
        times_later=sum(line.answer == Answer.LATER for line in decisions if line.at <= chosen.at),
        hold=chosen.hold if held else HOLD_NONE,
        imported=chosen.imported,
        task_done=any(line.kind in TASK_DONE and chosen.id in line.refers for line in current),
        # One note tells of both questions.
        entered=any(line.kind == "entered-in-clinical-record" and chosen.id in line.refers for line in lines),
        legal_status_changed=legal.changed_since(max([chosen.at, *looked])),
        **common,  # type: ignore[arg-type]
    )


def is_registered(lines: Iterable[Line]) -> bool:
    """Registered, and not left the list since."""
    last = None
    for line in lines:
        if line.kind in ("registered", "registration-ended"):
            last = line.kind
    return last == "registered"


def facts_at(standing: Standing, question: str, at: datetime, days: Intervals | None = None) -> Facts:
    """What policy is told of this question at this time."""
    days = days or Intervals()
    asked = standing.questions[question]
    decision = Answer(asked.decision) if asked.decision else None
    said_on = local_date(asked.decided_at) if asked.decided_at else None
    again = None
    if said_on and decision in (Answer.LATER, Answer.NOT_POSSIBLE):
        again = due_after(decision, max(asked.times_later, 1), said_on, days)
    state = standing.state_at(at)
    over = state in (State.NONE, State.CLOSED, State.DECEASED)
    return Facts(
        question=question,
        custody=state,
        outside_england=standing.outside_england,
        conflict=asked.conflict,
        decision=decision,
        held=not over and is_held(asked, at),
        registered=asked.registered,
        legal_status_changed=asked.legal_status_changed,
        not_for_a_tablet=standing.sensitive or is_under_18(standing.date_of_birth, local_date(at)),
        due_now=again is not None and again <= local_date(at),
        earlier_yes=asked.earlier_yes,
        earlier_answer=asked.earlier_answer,
        admission_known=standing.admission_known,
        checked_by_staff=standing.checked_by_staff,
        offer_due=local_date(standing.opened_at) + timedelta(days=days.offer) if standing.opened_at else None,
        second_look_due=said_on + timedelta(days=days.second_look) if said_on else None,
        ask_again_due=again,
    )


def is_held(asked: QuestionStanding, at: datetime) -> bool:
    if asked.decision != Answer.YES or asked.decided_at is None or asked.hold == HOLD_NONE:
        return False
    return asked.hold == HOLD_SECOND_LOOK or at < asked.decided_at + timedelta(hours=int(asked.hold))


def is_under_18(born: date | None, on: date) -> bool:
    if born is None:
        return False
    had_birthday = (on.month, on.day) >= (born.month, born.day)
    return on.year - born.year - (not had_birthday) < 18


def local_date(at: datetime) -> date:
    return at.astimezone(LONDON).date()
