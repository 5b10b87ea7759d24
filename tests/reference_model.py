"""What the specification says of people, worked out the slow and plain way: the other opinion in test_any_order.py.

Written from design.md ("The rules") and reference/interop.md, section 7; it shares no code with what it judges.

Its world is smaller than the prison service's, so that it can stay plain:

- no two things are told with the very same time;
- prison-offender-events always gives a movement code, and only one that is named below;
- two movements the same way at one prison lie five hours apart, so that it is never a question which two tellings
  belong together (``once_each`` says so aloud when it is);
- somebody is seen in custody only by an answer from before this system; no rolls, no restricted patients, no
  reception dates, no date of birth.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

TWO_HOURS = timedelta(hours=2)
SETTLES = timedelta(minutes=45)
GP, GMS = "gp-record", "gms-registration"
WALES = {"CFI"}
ENDED = {"closed", "deceased"}


@dataclass(frozen=True)
class Telling:
    """One movement as somebody told it. ``way``: in, out or seen. ``teller``: search, events, staff or import."""

    number: str
    at: datetime
    way: str
    reason: str
    code: str
    prison: str
    teller: str


@dataclass(frozen=True)
class Line:
    """One line of the record, under the number that stood for the person when it was written."""

    name: str
    number: str
    at: datetime
    kind: str
    question: str = ""
    answer: str = ""
    hold: str = "none"
    about: frozenset[str] = frozenset()
    imported: bool = False  # from before this system


@dataclass(frozen=True)
class Merge:
    at: datetime
    kept: str
    removed: str


@dataclass(frozen=True)
class Notice:
    """A booking was moved: a person must look."""

    number: str
    at: datetime
    key: str


@dataclass(frozen=True)
class LegalStatus:
    """``fits``: every status it could be. One where staff typed it, several where a message said only "convicted"."""

    number: str
    at: datetime
    fits: frozenset[str]


CONVICTED = frozenset({"CONVICTED_UNSENTENCED", "SENTENCED", "RECALL", "IMMIGRATION_DETAINEE"})
NOT_CONVICTED = frozenset({"REMAND", "CIVIL_PRISONER", "IMMIGRATION_DETAINEE"})


# -- movements ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Movement:
    """One thing that happened. ``first`` is when it was first told of, ``at`` when the telling that wins says."""

    first: datetime
    at: datetime
    way: str
    what: str
    prison: str


def what_it_means(way: str, reason: str, code: str = "", also: str = "") -> str:
    """The table of interop.md, section 7. ``also`` is what the other family called the same movement."""
    if way == "seen":
        return "seen"
    if way == "out":
        if reason == "TRANSFERRED":
            return "transferred out"
        if reason in ("SENT_TO_COURT", "TEMPORARY_ABSENCE_RELEASE"):
            return "away"
        if code == "MRG":
            return "nothing"
        if code in ("UAL", "UAL_ECL", "ESCP"):
            return "escaped"
        if code == "DEC":
            return "died"
        if reason == "RELEASED_TO_HOSPITAL" or code in ("HP", "HO", "HQ"):
            return "to hospital"
        assert reason == "RELEASED", reason
        return "released"
    # Resume or do nothing, never an offer: whichever family tells of it, and whatever the other one calls it.
    for paperwork in ("READMISSION_SWITCH_BOOKING", "POST_MERGE_ADMISSION"):
        if paperwork in (reason, also):
            return paperwork
    if reason in ("TRANSFERRED", "RETURN_FROM_COURT", "TEMPORARY_ABSENCE_RETURN"):
        return "came back"
    if reason == "ADMISSION" and code in ("R", "RECA", "A", "U", "H"):
        return "came back"
    if reason == "NEW_ADMISSION" or (reason == "ADMISSION" and code in ("N", "V", "I", "E")):
        return "new booking"
    assert reason == "READMISSION" or (reason == "ADMISSION" and code in ("L", "B", "24")), (reason, code)
    return "admitted"


def once_each(tellings: Iterable[Telling]) -> list[Movement]:
    """What the two families tell of one prison within two hours is one movement, and the one with a code wins."""
    tellings = set(tellings)
    movements = []
    for telling in tellings:
        others = [
            other
            for other in tellings
            if {telling.teller, other.teller} == {"search", "events"}
            and (telling.way, telling.prison) == (other.way, other.prison)
            and abs(telling.at - other.at) <= TWO_HOURS
        ]
        assert len(others) <= 1, "this model does not know which two tellings belong together"
        if others and telling.teller == "search":
            continue
        also = others[0].reason if others else ""
        first = min([telling.at, *(other.at for other in others)])
        what = what_it_means(telling.way, telling.reason, telling.code, also)
        movements.append(Movement(first, telling.at, telling.way, what, telling.prison))
    return sorted(movements, key=lambda movement: movement.first)


@dataclass
class Stay:
    """From entering custody to release. ``ended``: when the release or death was."""

    begun: datetime
    state: str
    prison: str
    ended: datetime | None = None
    admission_known: bool = False
    only_seen: bool = False
    booked_after_hospital: bool = False

    def state_at(self, at: datetime) -> str:
        if self.state == "settling" and self.ended and at >= self.ended + SETTLES:
            return "closed"
        return self.state

    def has(self, at: datetime) -> bool:
        """Whether what was said at this time was said in this stay, if no later one had begun."""
        return self.begun <= at and (self.ended is None or at < self.ended + SETTLES)


LEAVES = {
    "transferred out": "in-transit",
    "away": "away",
    "to hospital": "care-elsewhere",
    "escaped": "suspended",
    "died": "deceased",
    "released": "settling",
}


def stays_of(tellings: Iterable[Telling]) -> list[Stay]:
    stays: list[Stay] = []
    for movement in once_each(tellings):
        running = bool(stays) and stays[-1].state_at(movement.first) not in ENDED
        if movement.what == "nothing":
            continue
        if movement.way == "out":
            leave(stays, movement, running)
        elif running:
            come(stays, movement)
        elif movement.what not in ("READMISSION_SWITCH_BOOKING", "POST_MERGE_ADMISSION"):
            begin(stays, movement)
    return stays


def begin(stays: list[Stay], movement: Movement) -> Stay:
    admitted = movement.what in ("new booking", "admitted")
    stay = Stay(movement.first, "open", movement.prison, admission_known=admitted)
    stay.only_seen = movement.what == "seen"
    stays.append(stay)
    return stay


def leave(stays: list[Stay], movement: Movement, running: bool) -> None:
    if stays and not running:
        if movement.what == "died":
            stays[-1].state = "deceased"
        if movement.what in ("died", "released") or stays[-1].state == "deceased":
            return
    # Whoever leaves was here: of a stay that nobody told us of, the arrival was missed.
    stay = stays[-1] if running else begin(stays, movement)
    stay.only_seen = False
    if movement.what == "released" and stay.state == "settling":
        return  # told again
    stay.prison = movement.prison
    stay.state = LEAVES[movement.what]
    stay.ended = movement.at if movement.what in ("released", "died") else None


def come(stays: list[Stay], movement: Movement) -> None:
    stay = stays[-1]
    admitted = movement.what in ("new booking", "admitted")
    if movement.what == "seen":
        return
    if stay.only_seen and admitted:
        # All that was known is that they had been in custody once: this is another time.
        stay.state, stay.ended = "closed", movement.at - SETTLES
        begin(stays, movement)
        return
    if stay.state == "care-elsewhere" and movement.what == "new booking":
        begin(stays, movement).booked_after_hospital = True
        return
    if movement.what in ("READMISSION_SWITCH_BOOKING", "POST_MERGE_ADMISSION") and stay.booked_after_hospital:
        # The new booking was a mistake: the stay from before the hospital goes on.
        stays.pop()
        stay = stays[-1]
    stay.state, stay.prison, stay.ended, stay.only_seen = "open", movement.prison, None, False
    stay.admission_known = stay.admission_known or admitted


# -- everything told ---------------------------------------------------------------------------------------------


@dataclass
class Verdict:
    """What stands for one person and one question at one time."""

    state: str = "none"
    prison: str | None = None
    decision: str | None = None
    line: str = ""
    said_at: datetime | None = None
    held: bool = False
    conflict: bool = False
    rule: str = "0"

    @property
    def running(self) -> bool:
        return self.state not in ("none", *ENDED)


@dataclass
class Told:
    """Everything that anybody ever told about anybody."""

    tellings: list[Telling] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    statuses: list[LegalStatus] = field(default_factory=list)  # in the order of telling
    in_error: set[str] = field(default_factory=set)
    sensitive: set[str] = field(default_factory=set)

    # -- who is who

    def people(self, numbers: Iterable[str]) -> dict[str, set[str]]:
        """For each number that stands for a person, all the numbers that are theirs."""
        people = {number: {number} for number in numbers}
        for merge in sorted(self.merges, key=lambda merge: (merge.at, merge.kept, merge.removed)):
            kept = next(head for head, theirs in people.items() if merge.kept in theirs)
            removed = next(head for head, theirs in people.items() if merge.removed in theirs)
            if kept == removed:
                people[merge.kept] = people.pop(kept)  # joined before; now it is said which number is kept
            else:
                people[kept] |= people.pop(removed)
        return people

    def person(self, number: str) -> tuple[str, set[str]]:
        everybody = {number, *(n for merge in self.merges for n in (merge.kept, merge.removed))}
        return next((head, theirs) for head, theirs in self.people(everybody).items() if number in theirs)

    # -- custody

    def stays(self, number: str, until: datetime) -> list[Stay]:
        _, theirs = self.person(number)
        return stays_of(t for t in self.tellings if t.number in theirs and t.at <= until)

    def prison_then(self, number: str, at: datetime) -> str:
        return self.stays(number, at)[-1].prison

    # -- answers

    def their_lines(self, number: str, now: datetime) -> list[Line]:
        _, theirs = self.person(number)
        return [x for x in self.lines if x.number in theirs and x.name not in self.in_error and x.at <= now]

    def in_this_stay(self, number: str, now: datetime) -> list[Line]:
        stays = self.stays(number, now)
        found = []
        for line in self.their_lines(number, now):
            begun = [stay for stay in stays if stay.begun <= line.at]
            if begun and begun[-1] is stays[-1] and begun[-1].has(line.at):
                found.append(line)
        return found

    def last_words(self, number: str, question: str, now: datetime) -> list[Line]:
        """In each joined record the latest answer, but for those that a later answer was given in view of."""
        answers = [x for x in self.in_this_stay(number, now) if x.kind == "decision" and x.question == question]
        seen = {name for answer in answers for name in answer.about}
        records = {answer.number for answer in answers}
        latest = [max((a for a in answers if a.number == record), key=lambda a: a.at) for record in records]
        return [answer for answer in latest if answer.name not in seen]

    def in_view(self, number: str, question: str, at: datetime, now: datetime) -> frozenset[str]:
        """What an answer given at this time, under this person's number, is given in full view of."""
        head, _ = self.person(number)
        words = self.last_words(number, question, now)
        return frozenset(word.name for word in words if word.number != head and word.at <= at)

    def open_notices(self, number: str, now: datetime) -> frozenset[str]:
        _, theirs = self.person(number)
        looked_at = {key for x in self.their_lines(number, now) if x.kind == "conflict-resolved" for key in x.about}
        keys = {n.key for n in self.notices if n.number in theirs and n.at <= now}
        return frozenset(keys - looked_at)

    # -- legal status

    def may_be_on_remand(self, number: str, now: datetime) -> bool:
        """By what is known now: on remand, waiting for a sentence, or nobody knows which."""
        _, could_be = self.statuses_told(number, now)
        return could_be is None or len(could_be) > 1 or bool(could_be & {"REMAND", "CONVICTED_UNSENTENCED"})

    def status_changes(self, number: str, now: datetime) -> list[datetime]:
        """When the legal status truly changed: what was told could not be what was known."""
        return self.statuses_told(number, now)[0]

    def statuses_told(self, number: str, now: datetime) -> tuple[list[datetime], frozenset[str] | None]:
        """The changes, and what it could be now."""
        _, theirs = self.person(number)
        could_be: frozenset[str] | None = None
        changes = []
        for told in sorted((s for s in self.statuses if s.number in theirs and s.at <= now), key=lambda s: s.at):
            typed = len(told.fits) == 1
            if could_be is None:
                changed = not typed  # the message is about a change; the first status typed is none
            else:
                changed = not (told.fits <= could_be if typed else could_be <= told.fits)
            if changed:
                changes.append(told.at)
            if changed or typed or could_be is None:
                could_be = told.fits
        return changes, could_be

    def correct(self, number: str, status: str) -> bool:
        """The status typed last was a typing mistake. False if there is none."""
        _, theirs = self.person(number)
        typed = [s for s in self.statuses if s.number in theirs and len(s.fits) == 1]
        if not typed:
            return False
        last = typed[-1]
        if last.fits != {status}:
            self.statuses.remove(last)
            self.statuses.append(LegalStatus(number, last.at, frozenset({status})))
        return True

    # -- the rules

    def stands(self, number: str, question: str, now: datetime) -> Verdict:
        stays = self.stays(number, now)
        if not stays:
            return Verdict(conflict=bool(self.open_notices(number, now)))
        stay = stays[-1]
        state = stay.state_at(now)
        verdict = Verdict(state, None if state in ENDED else stay.prison)
        words = self.last_words(number, question, now)
        disagree = {"yes", "no"} <= {word.answer for word in words}
        verdict.conflict = disagree or bool(self.open_notices(number, now))
        explicit = [word for word in words if word.answer in ("yes", "no", "withdrawn")]
        stands = max(explicit or words, key=lambda word: word.at, default=None)
        if stands and not verdict.conflict:
            verdict.decision, verdict.line, verdict.said_at = stands.answer, stands.name, stands.at
            verdict.held = state not in ENDED and self.is_held(stands, number, now)
        verdict.rule = self.rule(number, question, now, stay, verdict)
        return verdict

    def is_held(self, yes: Line, number: str, now: datetime) -> bool:
        if yes.question != GMS or yes.answer != "yes" or yes.imported:
            return False
        if any(x.kind == "second-look" and yes.name in x.about for x in self.in_this_stay(number, now)):
            return False
        if yes.hold == "second-look" or self.may_be_on_remand(number, now):
            return True
        return yes.hold != "none" and now < yes.at + timedelta(hours=int(yes.hold))

    def rule(self, number: str, question: str, now: datetime, stay: Stay, verdict: Verdict) -> str:
        gms, decision, state = question == GMS, verdict.decision, verdict.state
        _, theirs = self.person(number)
        here = self.in_this_stay(number, now)
        before = [x for x in self.their_lines(number, now) if x.at < stay.begun and x.question == question]
        checked = any(x.kind == "staff-check" for x in here)
        registered_before = any(x.kind == "registered" for x in before)
        if state in ENDED:
            return "1"
        if verdict.conflict:
            return "2"
        if state == "open" and stay.prison in WALES:
            return "3"
        if state != "open":
            return "4"
        if decision == "withdrawn":
            return "5"
        if gms and any(x.kind == "registered" for x in here):
            return "6g"
        if decision == "yes" and not verdict.held:
            return "7"
        if decision == "no" and not (gms and self.may_look_afresh(number, now, verdict)):
            return "8"
        if theirs & self.sensitive:
            return "9"
        if decision == "yes":
            return "10g"
        if decision == "no":
            return "11g"
        if decision in ("later", "not-possible"):
            return "12" if london(now) < self.ask_again(number, question, now, verdict) else "13"
        if gms and (registered_before or any(x.answer == "yes" for x in before)) and not checked:
            return "14g"
        if not stay.admission_known and not checked:
            return "15"
        answered_before = any(x.kind == "decision" and x.answer != "not-possible" for x in before)
        return "16" if registered_before or answered_before else "17"

    def may_look_afresh(self, number: str, now: datetime, verdict: Verdict) -> bool:
        """The legal status has changed since the no, and nobody declined to look again since."""
        assert verdict.said_at
        declined = [x.at for x in self.in_this_stay(number, now) if x.kind == "fresh-look-declined"]
        since = max([verdict.said_at, *declined])
        return any(change > since for change in self.status_changes(number, now))

    def ask_again(self, number: str, question: str, now: datetime, verdict: Verdict) -> date:
        """7 days after the first "later", 28 after the second, then 3 months; not possible today: the next day."""
        assert verdict.said_at
        said = london(verdict.said_at)
        if verdict.decision == "not-possible":
            return said + timedelta(days=1)
        laters = [
            x
            for x in self.in_this_stay(number, now)
            if (x.kind, x.question, x.answer) == ("decision", question, "later") and x.at <= verdict.said_at
        ]
        return three_months_after(said) if len(laters) > 2 else said + timedelta(days=[7, 28][len(laters) - 1])

    # -- what may be done

    def may_answer(self, number: str, question: str, answer: str, at: datetime, now: datetime, route: str) -> bool:
        verdict = self.stands(number, question, now)
        if verdict.state in ("none", *ENDED) or verdict.prison in WALES:
            return False
        stays = self.stays(number, now)
        begun = [stay for stay in stays if stay.begun <= at]
        if not begun or begun[-1] is not stays[-1] or not stays[-1].has(at):
            return False
        if verdict.conflict and route != "conflict":
            return False
        if answer == "withdrawn" and not (verdict.said_at and verdict.decision == "yes" and verdict.said_at <= at):
            return False
        return route != "tablet" or verdict.state == "open"


def london(at: datetime) -> date:
    return at.astimezone(ZoneInfo("Europe/London")).date()


def three_months_after(day: date) -> date:
    """The same day three months on, or the last day of that month."""
    months = day.month + 3
    year, month = (day.year + 1, months - 12) if months > 12 else (day.year, months)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, min(last, day.day))
        except ValueError:
            continue
    raise AssertionError(day)
