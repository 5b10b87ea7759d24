"""What may wait for somebody, in a few words beside what stands for them: so that a page of a large prison reads only
the people it shows. Pure: no database, no clock, and nothing of the settings.

One word for each row of the policy table that fits a question now or at a later time, if nothing more is told: the
row's code, "@", and the day from which its due date is counted. The words leave nobody out: whoever has something due
is found by them; that somebody is found is no proof, and the rules are asked again for each who is.
"""

from calendar import isleap
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from consent.policy import Answer, Intervals, decide, due_after
from consent.questions import GMS_REGISTRATION
from consent.standing import LONDON, Standing, facts_at, local_date
from registration.custody import SETTLES_AFTER
from registration.legal_status import ON_REMAND, LegalStatus

# Rows by which staff have nothing to do, whatever the time.
NOTHING = {"0", "1", "3", "4", "5", "6g", "8"}
NOBODY_WAITS = "-"
TASK, INTERPRETER, STATUS, SENSITIVE = "task", "interpreter", "status", "sensitive"
# On remand, and answered something: they are offered a release sheet, for whoever leaves from court.
COURT = "court"
# What they said takes back a registration that is on record, or one that may have been asked for; an answer is not in
# the clinical record yet.
UNDO, MAY_UNDO, ENTER = "undo", "may-undo", "enter"
# Words that put nobody on today's list by themselves.
NOT_DUE = {INTERPRETER, STATUS, SENSITIVE, MAY_UNDO, ENTER, COURT}
LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)


def words(standing: Standing) -> str:
    """ " 12@2026-03-02,later,1 16@2026-03-01 ": each with a space before and after it; "-" where nothing may wait."""
    found = sorted({word for question in standing.questions for word in words_of(standing, question)})
    found += [INTERPRETER + "@"] if standing.interpreter_wanted else []
    found += [STATUS + "@"] if standing.legal_status is LegalStatus.UNKNOWN else []
    found += [SENSITIVE + "@"] if standing.sensitive else []
    has_answered = any(asked.decision for asked in standing.questions.values())
    found += [COURT + "@"] if standing.legal_status in ON_REMAND and has_answered else []
    return f" {' '.join(found)} " if found else NOBODY_WAITS


def words_of(standing: Standing, question: str) -> Iterator[str]:
    asked = standing.questions[question]
    if asked.decision not in (None, Answer.NOT_POSSIBLE) and not asked.entered and not asked.imported:
        yield f"{ENTER}@"
    said_no = asked.decision in (Answer.NO, Answer.WITHDRAWN) and asked.decided_at
    if question == GMS_REGISTRATION.id and said_no and not asked.task_done:
        yield f"{UNDO}@{local_date(said_no)}" if asked.registered else f"{MAY_UNDO}@"
    for at in turns(standing, question):
        code = decide(facts_at(standing, question, at)).code
        if code in NOTHING:
            continue
        if code == "7" and question != GMS_REGISTRATION.id:
            if not asked.task_done and not asked.imported:
                yield f"{TASK}@"
        elif code in ("12", "13") and asked.decided_at and asked.decision:
            yield f"12@{local_date(asked.decided_at)},{asked.decision},{max(asked.times_later, 1)}"
        elif code == "10g" and asked.held_since and not asked.hold.isdecimal():
            yield f"10g@{local_date(asked.held_since)}"
        elif code in ("16", "17") and standing.opened_at:
            yield f"{code}@{local_date(standing.opened_at)}"
        else:
            yield f"{code}@"


def turns(standing: Standing, question: str) -> list[datetime]:
    """Each moment from which another row may fit though nothing more is told; and one before them all."""
    asked, found = standing.questions[question], [LONG_AGO]
    if standing.since:
        found.append(standing.since + SETTLES_AFTER)
    if asked.decided_at and asked.hold.isdigit():
        found.append(asked.decided_at + timedelta(hours=int(asked.hold)))
    if standing.date_of_birth:
        found.append(eighteenth_birthday(standing.date_of_birth))
    return found


def eighteenth_birthday(born: date) -> datetime:
    year = born.year + 18
    is_leap_day = (born.month, born.day) == (2, 29) and not isleap(year)
    return datetime(year, 3, 1, tzinfo=LONDON) if is_leap_day else datetime(year, born.month, born.day, tzinfo=LONDON)


def is_due(said: str, today: date, days: Intervals) -> bool:
    """Whether something may be due by this day; where nothing was worked out yet, it may."""
    return not said or any(word_is_due(word, today, days) for word in said.split())


def word_is_due(word: str, today: date, days: Intervals) -> bool:
    code, _, told = word.partition("@")
    if code == NOBODY_WAITS or code in NOT_DUE:
        return False
    if not told:
        return True
    day, *answer = told.split(",")
    since = date.fromisoformat(day)
    if answer:
        return due_after(Answer(answer[0]), int(answer[1]), since, days) <= today
    counted = {"10g": days.second_look, UNDO: days.help_undo}
    return since + timedelta(days=counted.get(code, days.offer)) <= today
