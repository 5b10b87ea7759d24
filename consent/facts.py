"""The one bridge from the database to policy: for one person, and for many at once."""

import dataclasses
import json
from collections import defaultdict
from collections.abc import Iterable, Set
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from holidays import country_holidays

from consent import ledger, policy, waiting
from consent.history import HOLD_NONE, History, Line, Notice
from consent.models import Entry, Status
from consent.standing import QuestionStanding, Standing, facts_at, local_date, stand
from registration import actions as registration
from registration.custody import SETTLES_AFTER, State
from registration.legal_status import LegalStatus, StatusRecord
from registration.models import LegalStatusRecord, Patient, Prison
from registration.models import Notice as NoticeRow

MOMENTS = ("since", "opened_at", "left_at", "odd_admission_at", "interpreter_wanted_at", "legal_status_unknown_since")
QUESTION_MOMENTS = ("decided_at", "held_since", "conflict_since", "legal_status_changed_at")
INTERVALS = policy.Intervals(**settings.CONSENT_INTERVALS)
BANK_HOLIDAYS = country_holidays("GB", subdiv="ENG")


def line_of(entry: Entry) -> Line:
    said = ledger.read(entry)
    data = said["data"]
    return Line(
        id=entry.hash,
        record=said["chain"],
        seq=said["seq"],
        at=datetime.fromisoformat(said["at"]),
        kind=said["kind"],
        question=data.get("question", ""),
        answer=data.get("answer", ""),
        prison=data.get("prison"),
        hold=data.get("hold", HOLD_NONE),
        imported=said["by"]["who"] == "import",
        refers=tuple(data.get("refers", ())),
        interpreted=bool(data.get("interpreter")),
        wanted=f"{data['language']}\t{data['dialect']}" if said["kind"] == "interpreter-wanted" else "",
        once=data.get("once", ""),
    )


def entries_of(people: list[Patient]) -> list[Entry]:
    """Every line about this person, over all joined records, oldest first."""
    chains = [person.record_id for person in people]
    return list(Entry.objects.filter(chain__in=chains).order_by("at", "chain", "seq"))


def history_of(patient: Patient) -> History:
    people = registration.family(patient)
    return histories([people])[0]


def histories(families: list[list[Patient]]) -> list[History]:
    """What is on record about each of these people, in as many queries for many as for one.

    A family is every record that stands for one person (registration.family).
    """
    everyone = [person for people in families for person in people]
    movements, abroad = registration.folds(everyone)
    lines, statuses, notices = defaultdict(list), defaultdict(list), defaultdict(list)
    joined: dict[int, datetime] = {}
    for entry in entries_of(everyone):
        lines[entry.chain].append(line_of(entry))
    for s in LegalStatusRecord.objects.filter(patient__in=everyone, corrected_by=None):
        statuses[s.patient_id].append(StatusRecord(s.at, LegalStatus(s.status), s.convicted, s.recorded_at))
    for n in NoticeRow.objects.filter(patient__in=everyone).exclude(kind=NoticeRow.Kind.STATUS_CHANGED):
        notices[n.patient_id].append(Notice(n.key, n.at))
    if any(len(people) > 1 for people in families):
        for kept, removed, at in registration.merges_of(everyone):
            joined |= {one: min(at, joined.get(one, at)) for one in (kept, removed)}

    def history(people: list[Patient]) -> History:
        moved = [movement for person in people for movement in movements[person.pk]]
        return History(
            movements=tuple(moved),
            lines=tuple(line for person in people for line in lines[person.record_id]),
            statuses=tuple(status for person in people for status in statuses[person.pk]),
            notices=tuple(notice for person in people for notice in notices[person.pk]),
            # Where joined records differ the younger counts: nobody under 18 is missed.
            date_of_birth=max((p.date_of_birth for p in people if p.date_of_birth), default=None),
            sensitive=any(person.is_sensitive for person in people),
            outside_england=frozenset(abroad & {movement.prison for movement in moved}),
            joined_at=tuple(sorted((str(p.record_id), joined[p.pk]) for p in people if p.pk in joined)),
        )

    return [history(people) for people in families]


def standing_of(patient: Patient, at: datetime | None = None) -> Standing:
    """What stands for this person now, or counting only what happened up to a time."""
    return stand(history_of(patient).until(at or timezone.now()))


@dataclasses.dataclass
class Held:
    """One person with all that is on record of them, held: nobody else writes about them until the transaction ends."""

    people: list[Patient]
    known: History

    @property
    def person(self) -> Patient:
        return self.people[0]

    def standing(self, at: datetime) -> Standing:
        return stand(self.known.until(at))

    def append(self, **said: Any) -> Entry:
        """Add a line to the chain of the record that stands for the person; see ledger.append."""
        own = [(line.seq, line.id) for line in self.known.lines if line.record == str(self.person.record_id)]
        entry = ledger.append(patient=self.person, after=max(own, default=(0, ledger.START)), **said)
        self.known = dataclasses.replace(self.known, lines=(*self.known.lines, line_of(entry)))
        return entry


def hold(patient: Patient) -> Held:
    people = registration.locked_family(patient)
    return Held(people, histories([people])[0])


def rule_for(standing: Standing, question: str, at: datetime) -> tuple[policy.Facts, policy.Rule]:
    facts = facts_at(standing, question, at, INTERVALS)
    return facts, policy.decide(facts)


# -- the projection ---------------------------------------------------------------------------------------------------


def refresh(patients: Iterable[Patient]) -> None:
    """Write anew what stands for these people. Part of the transaction of whatever changed it."""
    # Read anew: what the caller holds may be older than what is on record.
    told = Patient.objects.filter(pk__in=[patient.pk for patient in patients]).values_list("pk", "merged_into_id")
    for patient in Patient.objects.filter(pk__in={root or pk for pk, root in told}).order_by("pk"):
        people = registration.family(patient)
        project(Held(people, histories([people])[0]))


def project(held: Held) -> None:
    """Write anew what stands for one person."""
    others = [patient.pk for patient in held.people[1:]]
    if others:
        Status.objects.filter(patient__in=others).delete()
    columns = projected(held.known)
    if not Status.objects.filter(patient=held.person).update(**columns):
        Status.objects.create(patient=held.person, **columns)


def projected(known: History) -> dict[str, Any]:
    standing = stand(known)
    return {
        "prison_id": standing.prison,
        "here_since": standing.since,
        "left_at": standing.left_at,
        "counts_until": known.latest,
        "body": packed(standing),
        "waits": waiting.words(standing),
    }


def in_prison(prison: Prison | str, at: datetime, among: Q | None = None) -> list[tuple[Patient, Standing]]:
    """Everyone this prison has now, or is about to have back, with what stands for them. Three queries, however many.

    ``among``: of the rows of Status, those that are wanted; whoever has something told ahead of the clock is read too.
    """
    counted = Q(left_at=None) | Q(left_at__gt=at - SETTLES_AFTER), Q(prison=prison), among or Q()
    rows = (
        Status.objects.filter(Q(*counted) | Q(counts_until__gt=at))
        # Not joined: PostgreSQL, which cannot know how few are wanted, would read every patient of the estate.
        .prefetch_related("patient")
        .order_by("here_since", "pk")
    )
    found = [(row.patient, standing_in(row, at)) for row in rows]
    here = prison if isinstance(prison, str) else prison.pk
    # Some were read for what lies ahead of the clock alone: of those, who has left has left.
    return [
        (patient, standing)
        for patient, standing in found
        if standing.prison == here and standing.state_at(at) is not State.CLOSED
    ]


def may_wait_for(*words: str) -> Q:
    """Rows of Status with one of these words of consent/waiting.py, or for whom they were not worked out yet."""
    wanted = Q(waits="")
    for word in words:
        wanted |= Q(waits__contains=f" {word}@")
    return wanted


def with_words(prison: Prison, words: Set[str]) -> Q:
    """The same for many words, of everyone here. One query, which reads the words alone."""
    said = Status.objects.filter(prison=prison).values_list("pk", "waits")
    return Q(pk__in=[pk for pk, told in said if not told or words & {w.partition("@")[0] for w in told.split()}])


def due_in(prison: Prison, at: datetime) -> Q:
    """Rows of Status of everyone here for whom something may be due. One query, which reads the words alone."""
    today = local_date(at)
    said = Status.objects.filter(prison=prison).exclude(waits=waiting.NOBODY_WAITS).values_list("pk", "waits")
    return Q(pk__in=[person for person, words in said if waiting.is_due(words, today, INTERVALS)])


def standing_in(row: Status, at: datetime) -> Standing:
    """As it was projected; worked out here, where something is told ahead of the clock or an older version wrote it."""
    if not row.waits or (row.counts_until and row.counts_until > at):
        return standing_of(row.patient, at)
    return unpacked(row.body)


def packed(standing: Standing) -> str:
    def plain(value: object) -> str:
        if isinstance(value, datetime | date):
            return value.isoformat()
        raise TypeError(type(value))

    return json.dumps(dataclasses.asdict(standing), sort_keys=True, separators=(",", ":"), default=plain)


def unpacked(body: str) -> Standing:
    said = json.loads(body)
    questions = {
        name: QuestionStanding(
            **{**asked, "in_play": tuple(asked["in_play"]), **{name: moment(asked[name]) for name in QUESTION_MOMENTS}}
        )
        for name, asked in said.pop("questions").items()
    }
    return Standing(
        **{
            **said,
            "state": State(said["state"]),
            "legal_status": LegalStatus(said["legal_status"]),
            "notices": tuple(said["notices"]),
            "away": tuple((date.fromisoformat(gone), date.fromisoformat(back)) for gone, back in said["away"]),
            "date_of_birth": date.fromisoformat(said["date_of_birth"]) if said["date_of_birth"] else None,
            **{name: moment(said[name]) for name in MOMENTS},
            "questions": questions,
        }
    )


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
