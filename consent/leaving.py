"""Who leaves when, and what was done about it: from the database, for one person and for many at once.

What was handed over is a line of the record, not a row that may change: who gave which paper on which day may be asked
in years, and nothing more has to be erased. A line recorded in error counts as never done.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q

from consent import facts, ledger, waiting
from consent.models import Entry, Status
from consent.policy import Answer
from consent.questions import GMS_REGISTRATION
from consent.standing import Standing, local_date
from registration import leaving
from registration.custody import SETTLES_AFTER, State
from registration.leaving import Dates
from registration.legal_status import ON_REMAND
from registration.models import Patient, Prison, RegistrationRequest

SHEET, FORM, CHECKED = "release-sheet-given", "preregistration-made", "left-checked"
OVER = (State.NONE, State.CLOSED, State.DECEASED)
SENT = ("made", "confirmed")
Done = list[tuple[str, datetime]]
REGISTERED = '"registered":true'  # in what is projected of somebody


@dataclass(frozen=True, slots=True)
class Leaving:
    """When somebody in prison is expected to leave, and when each paper was last done in this stay."""

    dates: Dates
    on_remand: bool
    sheet: date | None
    form: date | None
    # By when they have the sheet whatever the day, for they are on remand; nothing where they have it.
    offer: date | None = None

    def sheet_due(self, today: date) -> date | None:
        return leaving.sheet_due(self.dates, self.on_remand, self.sheet, today)

    def form_due(self, today: date) -> date | None:
        return leaving.form_due(self.dates, self.form, today)

    @property
    def date_due(self) -> date | None:
        return leaving.date_due(self.dates)

    @property
    def may_leave_on(self) -> date | None:
        """The first day that is known on which they may be outside: from court, where they are on remand."""
        known = self.dates.release, self.dates.court if self.on_remand else None
        return min((day for day in known if day), default=None)

    @property
    def is_from_court(self) -> bool:
        return self.may_leave_on != self.dates.release

    @property
    def form_from(self) -> date | None:
        """The first day on which a GP outside can be asked."""
        return leaving.month_before(self.may_leave_on) if self.may_leave_on else None


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody who has left prison, and whose registration was sent or confirmed in that stay."""

    person: Patient
    standing: Standing
    on: date
    is_registered: bool


def dates_of(person: Patient, standing: Standing, at: datetime) -> Dates:
    if standing.state_at(at) in OVER:
        return Dates()
    told = person.expected_release, person.next_court, person.leaving_told_at
    dates = leaving.dates_ahead(*told, standing.opened_at, local_date(at))
    return replace(dates, told=local_date(person.leaving_told_at)) if person.leaving_told_at else dates


def leaving_of(people: Iterable[tuple[Patient, Standing]], at: datetime) -> dict[int, Leaving]:
    """By patient; two queries, however many people."""
    people = list(people)
    done = done_about([person for person, _ in people])
    return {person.pk: plan_of(person, standing, done[person.pk], at) for person, standing in people}


def plan_of(person: Patient, standing: Standing, done: Done, at: datetime) -> Leaving:
    """``done``: what was done for them, in whatever stay (done_about, done_in)."""

    def last(kind: str) -> date | None:
        own = (when for what, when in done if what == kind and standing.opened_at and when >= standing.opened_at)
        return max((local_date(when) for when in own), default=None)

    on_remand, sheet = is_on_remand(standing), last(SHEET)
    return Leaving(
        dates_of(person, standing, at),
        on_remand,
        sheet,
        last(FORM),
        offer_due(standing, sheet, at) if on_remand else None,
    )


def offer_due(standing: Standing, sheet: date | None, at: datetime) -> date | None:
    """Of somebody on remand. Whoever was never asked is on the list for that; the sheet goes with the first answer."""
    if standing.opened_at is None or standing.state_at(at) in OVER:
        return None
    asked = [
        local_date(one.decided_at)
        for one in standing.questions.values()
        if one.decided_at and one.decision not in (None, Answer.NOT_POSSIBLE) and not one.imported
    ]
    return leaving.offer_due(local_date(standing.opened_at), min(asked, default=None), sheet)


def may_leave_from_court() -> Q:
    """Of the rows of Status, those of people on remand who answered something here, and were given no sheet since they
    came to this prison: read from what is projected, with no query of its own. Whoever was given one elsewhere in this
    stay is found too, and looked at more closely, like all that an error may have put back."""
    family = Patient.objects.filter(Q(pk=OuterRef(OuterRef("patient"))) | Q(merged_into=OuterRef(OuterRef("patient"))))
    lines = Entry.objects.filter(chain__in=family.values("record_id"))
    is_given = Exists(lines.filter(kind=SHEET, at__gte=OuterRef("here_since"))) & ~Exists(lines.filter(kind="error"))
    return facts.may_wait_for(waiting.COURT) & ~is_given


def is_on_remand(standing: Standing) -> bool:
    """They may leave from court, without a day that anybody knows."""
    return standing.legal_status in ON_REMAND


def done_about(people: list[Patient]) -> dict[int, Done]:
    """What was done for each of these people and when, over all joined records. Two queries."""
    records = Patient.objects.filter(Q(pk__in=[p.pk for p in people]) | Q(merged_into__in=[p.pk for p in people]))
    of = {chain: root or pk for chain, pk, root in records.values_list("record_id", "pk", "merged_into_id")}
    lines: dict[int, list[Entry]] = defaultdict(list)
    for line in Entry.objects.filter(chain__in=list(of), kind__in=(SHEET, FORM, CHECKED, "error")):
        lines[of[line.chain]].append(line)
    return {person.pk: done_in(lines[person.pk]) for person in people}


def done_in(lines: list[Entry]) -> Done:
    in_error = {name for line in lines if line.kind == "error" for name in ledger.read(line)["data"]["refers"]}
    return [(line.kind, line.at) for line in lines if line.kind in (SHEET, FORM, CHECKED) and line.hash not in in_error]


def left_after_sent(prison: Prison | str, at: datetime, person: Patient | None = None) -> list[Left]:
    """Whoever left from this prison after it was sent, and of whom nobody has said since that it was looked into.

    They are in no prison now: their last one stands with what is projected of them. Whoever died is not among them, for
    nobody has to find a way back to a GP. Few queries, however many left in all the years.
    """
    family = Patient.objects.filter(Q(pk=OuterRef(OuterRef("patient"))) | Q(merged_into=OuterRef(OuterRef("patient"))))
    lines = Entry.objects.filter(chain__in=family.values("record_id"))
    theirs = Q(patient=OuterRef("patient")) | Q(patient__merged_into=OuterRef("patient"))
    rows = Status.objects.filter(
        Q(body__contains=REGISTERED) | Exists(RegistrationRequest.objects.filter(theirs, state__in=SENT)),
        # What was marked as an error takes a closer look, below.
        ~Exists(lines.filter(kind=CHECKED, at__gte=OuterRef("left_at"))) | Exists(lines.filter(kind="error")),
        prison=prison,
        left_at__lte=at - SETTLES_AFTER,
        **({"patient": person} if person else {}),
    )
    rows = rows.exclude(patient__prison_number__startswith="~")  # erased: nobody knows any more who that was
    rows = rows.select_related("patient").order_by("left_at", "pk")
    found = [(row.patient, facts.standing_in(row, at)) for row in rows]
    people = [one for one, _ in found]
    done, sent = done_about(people), sent_since(people)
    left = []
    for one, standing in found:
        if standing.state_at(at) is not State.CLOSED or standing.left_at is None or standing.opened_at is None:
            continue
        since = standing.left_at
        is_registered = has_them(standing, sent[one.pk], standing.opened_at)
        is_done = any(what == CHECKED and when >= since for what, when in done[one.pk])
        if is_registered is not None and not is_done:
            left.append(Left(one, standing, local_date(since), is_registered))
    return left


def has_them(standing: Standing, sent: Done, opened_at: datetime) -> bool | None:
    """Whether the prison GP has them from this stay; None where nothing was sent in it. What was confirmed when they
    had left already is on record after this stay: the request tells of it."""
    states = {state for state, when in sent if when >= opened_at}
    if standing.questions[GMS_REGISTRATION.id].registered or "confirmed" in states:
        return True
    return False if states else None


def sent_since(people: list[Patient]) -> dict[int, Done]:
    """When registrations of each were sent or confirmed. One query."""
    theirs = Q(patient__in=people) | Q(patient__merged_into__in=people)
    rows = RegistrationRequest.objects.filter(theirs, state__in=SENT)
    found: dict[int, Done] = defaultdict(list)
    for root, pk, state, when in rows.values_list("patient__merged_into", "patient", "state", "changed_at"):
        found[root or pk].append((state, when))
    return found
