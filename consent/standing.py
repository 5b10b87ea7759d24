"""From everything on record about one person to what stands now. Pure: no database, and no clock but the time given.

``stand`` reads movements and record lines and keeps what does not change because time passes (that is what the
projection stores); ``facts_at`` adds the clock and gives policy its Facts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from consent.history import HOLD_NONE, HOLD_SECOND_LOOK, History, Line
from consent.hold import SEEN_FIRST
from consent.policy import EXPLICIT, Answer, Away, Facts, Intervals, due_after, waited
from consent.questions import QUESTIONS, Question
from registration.custody import SETTLES_AFTER, Period, State, custody_periods, period_at
from registration.legal_status import LegalStatus, StatusHistory, history

LONDON = ZoneInfo("Europe/London")
# What a try at an understanding question may be, besides right and skipped.
MISSED = ("wrong", "unsure")
# What staff had to do after an answer is done: their GP was asked; they were helped after taking back what was sent.
TASK_DONE = ("task-done", "helped-after-taking-back")
# A registration that came to nothing, or is over: before another is begun they are asked whether it is still yes.
HELD_AGAIN = ("never-made", "registration-ended")


@dataclass(frozen=True, slots=True)
class QuestionStanding:
    question: str
    conflict_since: datetime | None = None  # none: records do not disagree
    decision: str | None = None
    line: str = ""
    decided_at: datetime | None = None
    decided_in: str | None = None
    times_later: int = 0
    hold: str = HOLD_NONE
    held_since: datetime | None = None
    is_checked: bool = False  # somebody talked with them about this yes before it was sent
    task_done: bool = False
    entered: bool = False  # in the clinical record, says a member of staff
    imported: bool = False
    registered: bool = False
    legal_status_changed_at: datetime | None = None  # first, since the answer or the last offer to look again
    earlier_yes: bool = False
    earlier_answer: bool = False
    in_play: tuple[str, ...] = ()  # lines of this period that a new answer would put behind it

    @property
    def conflict(self) -> bool:
        return self.conflict_since is not None


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
    interpreter_wanted_at: datetime | None = None
    notices: tuple[str, ...] = ()
    away: Away = ()  # from and to, of each absence of a night or more that is over
    sensitive: bool = False
    date_of_birth: date | None = None
    legal_status: LegalStatus = LegalStatus.UNKNOWN
    legal_status_unknown_since: datetime | None = None  # a message said that it changed; none: it was never known
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
    open_notices = [n for n in known.notices if n.id not in settled]
    notices = tuple(sorted(n.id for n in open_notices))
    told = min((n.at for n in open_notices), default=None)
    joined = dict(known.joined_at)
    questions = {q.id: question_standing(q, lines, periods, legal, told, joined) for q in QUESTIONS}
    wanted = interpreter_wanted(line for line in lines if now is not None and period_at(periods, line.at) is now)
    if now is None:
        return Standing(
            sensitive=known.sensitive,
            date_of_birth=known.date_of_birth,
            legal_status=legal.status,
            legal_status_unknown_since=legal.unknown_since,
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
        interpreter_wanted=wanted.wanted if wanted else "",
        interpreter_wanted_at=wanted.at if wanted else None,
        notices=notices,
        away=days_away(now),
        sensitive=known.sensitive,
        date_of_birth=known.date_of_birth,
        legal_status=legal.status,
        legal_status_unknown_since=legal.unknown_since,
        questions=questions,
    )


def interpreter_wanted(lines: Iterable[Line]) -> Line | None:
    """Where this person first asked for an interpreter whom they did not have since; the last language they named."""
    first, wanted = None, ""
    for line in lines:
        if line.kind == "interpreter-wanted":
            first, wanted = first or line, line.wanted
        elif line.kind == "interpreter-there" or line.interpreted:
            first, wanted = None, ""
    return replace(first, wanted=wanted) if first else None


def question_standing(
    question: Question,
    lines: Sequence[Line],
    periods: tuple[Period, ...],
    legal: StatusHistory,
    told_of_a_booking: datetime | None,
    joined: Mapping[str, datetime],
) -> QuestionStanding:
    """``told_of_a_booking``: when the first notice came that nobody has looked at; ``joined``: when each record was
    first joined with another, from which on staff could see what disagrees."""
    now = periods[-1] if periods else None
    about = [line for line in lines if line.question == question.id]
    current = [line for line in about if now is not None and period_at(periods, line.at) is now]
    earlier = [line for line in about if now is None or line.at < now.opened_at]
    decisions = [line for line in current if line.kind == "decision"]
    # The latest word of each record that was joined; what a later answer was given in full view of is behind it.
    behind = {line_id for line in decisions for line_id in line.refers}
    latest = {line.record: line for line in decisions}
    heads = [line for line in latest.values() if line.id not in behind] or list(latest.values())[-1:]
    explicit = [line for line in heads if line.answer in EXPLICIT]
    disagree = [[line.at for line in heads if line.answer == answer] for answer in (Answer.YES, Answer.NO)]
    since = [told_of_a_booking] if told_of_a_booking else []
    if all(disagree):
        seen = [
            joined[line.record] for line in heads if line.answer in (Answer.YES, Answer.NO) and line.record in joined
        ]
        since.append(max(*(min(said) for said in disagree), *seen))
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
    if since or chosen is None:
        began = [now.opened_at] if now is not None else []
        conflict_since = max([min(since), *began]) if since else None
        return QuestionStanding(conflict_since=conflict_since, **common)  # type: ignore[arg-type]
    looked = [line.at for line in current if line.kind == "fresh-look-declined"]
    checked = [line.at for line in current if line.kind == "second-look" and chosen.id in line.refers]
    hold, held_since = hold_now(question, chosen, current, checked, legal)
    return QuestionStanding(
        decision=chosen.answer,
        line=chosen.id,
        decided_at=chosen.at,
        decided_in=chosen.prison,
        times_later=sum(line.answer == Answer.LATER for line in decisions if line.at <= chosen.at),
        hold=hold,
        held_since=held_since,
        is_checked=bool(checked),
        imported=chosen.imported,
        task_done=any(line.kind in TASK_DONE and chosen.id in line.refers for line in current),
        # One note tells of both questions.
        entered=any(line.kind == "entered-in-clinical-record" and chosen.id in line.refers for line in lines),
        legal_status_changed_at=legal.changed_since(max([chosen.at, *looked])),
        **common,  # type: ignore[arg-type]
    )


def hold_now(
    question: Question, yes: Line, current: Sequence[Line], checked: Sequence[datetime], legal: StatusHistory
) -> tuple[str, datetime]:
    """How a yes is held, and since when. ``checked``: when it was talked over before sending.

    Whoever may be on remand by what is known now is seen first, whatever was known when they answered: consent/hold.py.
    """
    if not question.holds_yes or yes.answer != Answer.YES:
        return HOLD_NONE, yes.at
    over = max((line.at for line in current if line.kind in HELD_AGAIN and line.at >= yes.at), default=None)
    if over and not any(at > over for at in checked):
        return HOLD_SECOND_LOOK, over
    if checked or yes.imported:  # whether the registration behind an imported yes was made is for staff to find out
        return HOLD_NONE, yes.at
    if yes.hold != HOLD_SECOND_LOOK and legal.status in SEEN_FIRST:
        return HOLD_SECOND_LOOK, legal.changed_since(yes.at) or yes.at
    return yes.hold, yes.at


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
        again = waited(due_after(decision, max(asked.times_later, 1), said_on, days), standing.away)
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
        legal_status_changed=asked.legal_status_changed_at is not None,
        not_for_a_tablet=standing.sensitive or is_under_18(standing.date_of_birth, local_date(at)),
        due_now=again is not None and again <= local_date(at),
        earlier_yes=asked.earlier_yes,
        earlier_answer=asked.earlier_answer,
        admission_known=standing.admission_known,
        checked_by_staff=standing.checked_by_staff,
        choose_due=days_after(asked.conflict_since, days.choose),
        offer_due=days_after(standing.opened_at, days.offer, standing.away),
        fresh_look_due=days_after(asked.legal_status_changed_at, days.offer, standing.away),
        second_look_due=second_look_due(asked, days, standing.away),
        ask_again_due=again,
    )


def second_look_due(asked: QuestionStanding, days: Intervals, away: Away) -> date | None:
    """A hold by hours ends by itself: a check is of use until then."""
    if asked.hold.isdecimal() and asked.decided_at:
        return waited(local_date(asked.decided_at + timedelta(hours=int(asked.hold))), away)
    return days_after(asked.held_since or asked.decided_at, days.second_look, away)


def is_held(asked: QuestionStanding, at: datetime) -> bool:
    if asked.decision != Answer.YES or asked.decided_at is None or asked.hold == HOLD_NONE:
        return False
    return asked.hold == HOLD_SECOND_LOOK or at < asked.decided_at + timedelta(hours=int(asked.hold))


def is_under_18(born: date | None, on: date) -> bool:
    if born is None:
        return False
    had_birthday = (on.month, on.day) >= (born.month, born.day)
    return on.year - born.year - (not had_birthday) < 18


def days_after(at: datetime | None, days: int, away: Away = ()) -> date | None:
    return waited(local_date(at) + timedelta(days=days), away) if at else None


def days_away(stay: Period) -> Away:
    """From and to, oldest first: of absences that are over, those of a night or more."""
    days = ((local_date(gone), local_date(back)) for gone, back in stay.absences)
    return tuple((gone, back) for gone, back in days if gone < back)


def local_date(at: datetime) -> date:
    return at.astimezone(LONDON).date()
