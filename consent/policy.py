"""When is a person asked? The table a clinician signs off. Pure: standard library only, and no clock.

``decide`` walks RULES from the top; the first row that fits wins, and its ``because`` is what staff read.
"""

from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Outcome(StrEnum):
    STAFF_FIRST = "staff-first"
    NOT_HERE = "not-here"
    NOTHING_TO_ASK = "nothing-to-ask"
    OFFER = "offer"
    SECOND_LOOK = "second-look"
    ASK_AGAIN = "ask-again"
    FRESH_LOOK = "fresh-look"
    CLOSED = "closed"


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    LATER = "later"
    NOT_POSSIBLE = "not-possible"
    WITHDRAWN = "withdrawn"


EXPLICIT = {Answer.YES, Answer.NO, Answer.WITHDRAWN}
Away = tuple[tuple[date, date], ...]  # from and to of each absence that is over, oldest first


@dataclass(frozen=True, slots=True)
class Intervals:
    """Days from one thing to the next. Settings (CONSENT_INTERVALS) may give others."""

    # NICE NG57 and QS156 statement 2: a second-stage health assessment within 7 days of reception. As long after a
    # change of legal status, for looking once more at a no.
    offer: int = 7
    second_look: int = 7
    # Not on the day of the answer, without a reason: time to think (GMC 2020, principle 3; HSSIB R/2025/067).
    second_look_from: int = 1
    # After the first "later" the same 7 days; then 28 days and 3 months (domain.md 13.2: the re-offer of long remand).
    later: tuple[int, int] = (7, 28)
    later_months: int = 3
    # GMC, Decision making and consent (2020): delay rather than decide for the person. The next day, then again.
    not_possible: int = 1
    # PCSE: usually within 3 working days, up to 10 (pcse.england.nhs.uk/help/registrations; domain.md 2.3).
    confirm_working_days: int = 10
    # Ours, for the commissioner to set; no source says how soon: making a registration that may be made, entering an
    # answer in the clinical record, helping somebody who took back a yes that was sent, reading a message that nobody
    # understood, choosing where records disagree, checking a legal status that is not known, finding an interpreter,
    # and seeing somebody who left a tablet before the end.
    make: int = 3
    enter: int = 1
    help_undo: int = 3
    read_message: int = 1
    choose: int = 3
    legal_status: int = 3
    interpreter: int = 1
    see_again: int = 1


# Words a minute: whoever answers sooner cannot have read what was shown. It stops nobody; it is recorded with the
# answer, and a yes is talked over before it is sent. Adults read English silently at 238 words a minute, most of them
# at 175 to 300 (Brysbaert 2019, Journal of Memory and Language 109, 104047). That the line is 400 is policy, and not
# signed off.
FASTEST_READING = 400


def is_faster_than_reading(*, words: int, seconds: float, fastest: int = FASTEST_READING) -> bool:
    """``fastest``: 0 says it of nobody."""
    return seconds * fastest < words * 60 if fastest else False


def due_after(answer: Answer, times: int, on: date, days: Intervals) -> date:
    """The date on which someone who answered "later" (for the nth time) or could not be asked is asked again."""
    if answer is Answer.NOT_POSSIBLE:
        return on + timedelta(days=days.not_possible)
    if times <= len(days.later):
        return on + timedelta(days=days.later[times - 1])
    return add_months(on, days.later_months)


def waited(due: date, away: Away) -> date:
    """Due dates wait while somebody is away (row 4): what came due then is due on the day on which they were back."""
    for gone, back in away:
        due = back if gone <= due < back else due
    return due


def working_days_after(on: date, many: int, bank_holidays: Container[date]) -> date:
    """So many days from Monday to Friday later, without bank holidays."""
    while many > 0:
        on += timedelta(days=1)
        many -= on.weekday() < 5 and on not in bank_holidays
    return on


def add_months(on: date, months: int) -> date:
    """The same day so many months on, or the last day of that month."""
    years, month = divmod(on.month - 1 + months, 12)
    first = date(on.year + years, month + 1, 1)
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return min(first + timedelta(days=on.day - 1), after - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one person and one question at one time. "Decision" is the one standing in this period."""

    question: str
    custody: str = "open"  # none, open, away, in-transit, care-elsewhere, suspended, settling, closed, deceased
    outside_england: bool = False
    conflict: bool = False
    decision: Answer | None = None
    held: bool = False
    registered: bool = False
    legal_status_changed: bool = False  # since the answer, or since a fresh look was used up
    not_for_a_tablet: bool = False  # a sensitive record, or known to be under 18
    due_now: bool = False
    earlier_yes: bool = False
    earlier_answer: bool = False
    admission_known: bool = True
    checked_by_staff: bool = False
    choose_due: date | None = None
    offer_due: date | None = None
    fresh_look_due: date | None = None
    second_look_due: date | None = None
    ask_again_due: date | None = None

    @property
    def is_gms(self) -> bool:
        return self.question == "gms-registration"


def no_due_date(facts: Facts) -> date | None:
    return None


@dataclass(frozen=True, slots=True)
class Rule:
    code: str
    when: Callable[[Facts], bool]
    outcome: Outcome
    because: str
    due: Callable[[Facts], date | None] = no_due_date


def waits(facts: Facts) -> bool:
    return facts.custody in {"in-transit", "away", "care-elsewhere", "suspended", "settling"}


def not_now(facts: Facts) -> bool:
    return facts.decision in (Answer.LATER, Answer.NOT_POSSIBLE)


def answered_no(facts: Facts) -> bool:
    return facts.decision is Answer.NO


def talk_due(facts: Facts) -> date | None:
    """By talking, on the day on which a tablet would have been due."""
    if facts.held:
        return facts.second_look_due
    if not_now(facts):
        return facts.ask_again_due
    return facts.fresh_look_due if answered_no(facts) else facts.offer_due


RULES = (
    Rule(
        "0",
        lambda f: f.custody == "none",
        Outcome.CLOSED,
        "We do not know of this person being in prison at that time.",
    ),
    Rule(
        "1",
        lambda f: f.custody in {"closed", "deceased"},
        Outcome.CLOSED,
        "This time in prison has ended. A yes that was still being held is dropped and never sent.",
    ),
    Rule(
        "2",
        lambda f: f.conflict,
        Outcome.STAFF_FIRST,
        "Records disagree about this person, or a booking was moved or deleted. Someone must look and choose.",
        lambda f: f.choose_due,
    ),
    Rule(
        "3",
        lambda f: f.outside_england and f.custody == "open",
        Outcome.NOT_HERE,
        "This prison is outside England. The decision is kept and counts again when the person comes back.",
    ),
    Rule(
        "4",
        waits,
        Outcome.NOTHING_TO_ASK,
        "The person is away from prison just now, or a release is not certain yet. Due dates wait.",
    ),
    Rule(
        "5",
        lambda f: f.decision is Answer.WITHDRAWN,
        Outcome.NOTHING_TO_ASK,
        "They took back their answer. Do not ask again; help with what taking it back needs.",
    ),
    Rule(
        "6g",
        lambda f: f.is_gms and f.registered,
        Outcome.NOTHING_TO_ASK,
        "They are registered with the prison GP. All prisons in England count as one practice.",
    ),
    Rule(
        "7",
        lambda f: f.decision is Answer.YES and not (f.is_gms and f.held),
        Outcome.NOTHING_TO_ASK,
        "They said yes. Do not ask again; what is left is work for staff.",
    ),
    Rule(
        "8",
        # Only registration is looked at afresh; a no to asking the GP stands until the person says otherwise.
        lambda f: answered_no(f) and not (f.is_gms and f.legal_status_changed),
        Outcome.NOTHING_TO_ASK,
        "They were asked and said no. Do not ask again; they can change their mind at any time.",
    ),
    Rule(
        "9",
        lambda f: f.not_for_a_tablet,
        Outcome.STAFF_FIRST,
        "Not for a tablet: a sensitive record, or under 18. A member of staff talks with them.",
        talk_due,
    ),
    Rule(
        "10g",
        lambda f: f.is_gms and f.decision is Answer.YES,
        Outcome.SECOND_LOOK,
        "They said yes and it is not sent yet. Check before sending: is it still yes?",
        lambda f: f.second_look_due,
    ),
    Rule(
        "11g",
        lambda f: f.is_gms and answered_no(f),
        Outcome.FRESH_LOOK,
        "They said no, and their legal status has changed since. Offer once to look at it again.",
        lambda f: f.fresh_look_due,
    ),
    Rule(
        "12",
        lambda f: not_now(f) and not f.due_now,
        Outcome.ASK_AGAIN,
        "They have not decided, or could not be asked. Ask again on the date given, wherever they are then.",
        lambda f: f.ask_again_due,
    ),
    Rule(
        "13",
        not_now,
        Outcome.ASK_AGAIN,
        "They have not decided, or could not be asked, and the date to ask again has come.",
        lambda f: f.ask_again_due,
    ),
    Rule(
        "14g",
        lambda f: f.is_gms and f.earlier_yes and not f.checked_by_staff,
        Outcome.STAFF_FIRST,
        "They said yes or were registered during an earlier time in prison. Check whether that still stands.",
        lambda f: f.offer_due,
    ),
    Rule(
        "15",
        lambda f: not f.admission_known and not f.checked_by_staff,
        Outcome.STAFF_FIRST,
        "They were in prison before we first heard of them, and may have been asked. Look in the clinical system.",
        lambda f: f.offer_due,
    ),
    Rule(
        "16",
        lambda f: f.earlier_answer,
        Outcome.OFFER,
        "They answered during an earlier time in prison. Release ended that answer, so it is offered afresh.",
        lambda f: f.offer_due,
    ),
    Rule(
        "17",
        lambda f: True,
        Outcome.OFFER,
        "They have not been asked yet.",
        lambda f: f.offer_due,
    ),
)


def decide(facts: Facts) -> Rule:
    """The first row of the table that fits; the last row fits everyone."""
    return next(rule for rule in RULES if rule.when(facts))
