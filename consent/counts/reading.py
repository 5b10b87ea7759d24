"""From the database to what is counted at one prison: in as many queries for many people as for one."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from consent import ledger
from consent.counts.weekly import OTHER, UNKNOWN, Person, Told
from consent.history import Line
from consent.models import Entry, Presentation, Remark, Status, Visit
from consent.questions import GMS_REGISTRATION
from consent.words.files import languages
from registration import actions as registration
from registration.legal_status import LegalStatus, StatusRecord
from registration.models import LegalStatusRecord, Movement, Patient, Prison

# Lines that counting looks at; "error" takes others out.
KINDS = ("decision", "second-look", "asked-anyway", "error")
# As many values as every database takes in one query.
AT_ONCE = 5000
Said = dict[str, Any]


def people_of(prison: Prison, since: date) -> list[Person]:
    """Everyone who was at this prison since that day, with all that is on record about this time and earlier."""
    begun = timezone.make_aware(datetime.combine(since, time.min))
    families = families_at(prison, begun)
    everyone = [person for people in families.values() for person in people]
    movements, _abroad = registration.folds(everyone)
    lines = lines_of(everyone)
    helped = help_pressed(prison, begun)
    statuses = defaultdict(list)
    rows = LegalStatusRecord.objects.filter(patient__in=everyone, corrected_by=None)
    for patient, at, status, convicted in rows.values_list("patient_id", "at", "status", "convicted"):
        statuses[patient].append(StatusRecord(at, LegalStatus(status), convicted))
    return [
        Person(
            movements=tuple(movement for one in people for movement in movements[one.pk]),
            told=tuple(told for one in people for told in lines[one.record_id]),
            statuses=tuple(status for one in people for status in statuses[one.pk]),
            language=language_of(people[0]),
            helped=tuple(at for one in people for at in helped[one.pk]),
        )
        for people in families.values()
    ]


def families_at(prison: Prison, since: datetime) -> dict[int, list[Patient]]:
    """Every record of whoever is here or was brought in or out since then, by the one that stands for the person."""
    # Two queries: put into one, no index would serve.
    here = Status.objects.filter(prison=prison).values_list("patient_id", "patient__merged_into_id")
    moved = Movement.objects.filter(prison=prison, at__gte=since)
    known = {*here, *moved.values_list("patient_id", "patient__merged_into_id")}
    roots = {root or pk for pk, root in known}
    families: dict[int, list[Patient]] = {}
    for person in Patient.objects.filter(Q(pk__in=roots) | Q(merged_into__in=roots)).order_by("pk"):
        families.setdefault(person.merged_into_id or person.pk, []).append(person)
    for root, people in families.items():
        people.sort(key=lambda person: person.pk != root)
    return families


def lines_of(everyone: list[Patient]) -> dict[UUID, list[Told]]:
    """What is on record about signing up, by chain, without what was recorded in error."""
    entries = Entry.objects.filter(chain__in=[person.record_id for person in everyone], kind__in=KINDS)
    read = [(entry, ledger.read(entry)["data"]) for entry in entries]
    in_error = {refers for entry, said in read if entry.kind == "error" for refers in said["refers"]}
    about = [
        (entry, said)
        for entry, said in read
        if said.get("question") == GMS_REGISTRATION.id and entry.kind != "error" and entry.hash not in in_error
    ]
    reasons = dict(texts(why_not(said) for _entry, said in about))
    tries = dict(first_tries(said.get("presentation", "") for _entry, said in about))
    found = defaultdict(list)
    for entry, said in about:
        told = Told(
            line=line_of(entry, said),
            route=said.get("route", ""),
            has_interpreter=bool(said.get("interpreter")),
            why=reasons.get(why_not(said), ""),
            first_tries=tries.get(said.get("presentation", ""), ()),
        )
        found[entry.chain].append(told)
    return found


def line_of(entry: Entry, said: Said) -> Line:
    return Line(
        id=entry.hash,
        record=str(entry.chain),
        seq=entry.seq,
        at=entry.at,
        kind=entry.kind,
        question=said["question"],
        answer=said.get("answer", ""),
        prison=said.get("prison"),
        hold=said.get("hold", ""),
        imported=said.get("route") == "import",
    )


def why_not(said: Said) -> str:
    """The seal of the reason for which somebody could not be asked; blank for every other line."""
    reason = said.get("reason") if said.get("answer") == "not-possible" else None
    return reason["seal"] if isinstance(reason, dict) else ""


def texts(seals: Iterable[str]) -> Iterator[tuple[str, str]]:
    for some in batches(seals):
        yield from Remark.objects.filter(seal__in=some).values_list("seal", "text")


def first_tries(shown: Iterable[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What was pressed at first at each understanding question, by the presentation; those passed over are left out."""
    for some in batches(shown):
        for name, body in Presentation.objects.filter(hash__in=some).values_list("hash", "body"):
            passes = [check.get("passes") for check in json.loads(body)["checks"].values()]
            yield name, tuple(tried[0] for tried in passes if tried and tried[0] != "skipped")


def batches(names: Iterable[str]) -> Iterator[list[str]]:
    wanted = sorted({name for name in names if name})
    return (wanted[start : start + AT_ONCE] for start in range(0, len(wanted), AT_ONCE))


def help_pressed(prison: Prison, since: datetime) -> dict[int, list[datetime]]:
    visits = Visit.objects.filter(prison=prison, started_at__gte=since, state__helped=True)
    found = defaultdict(list)
    for patient, at in visits.values_list("patient_id", "started_at"):
        found[patient].append(at)
    return found


def language_of(person: Patient) -> str:
    """One of those on the tablet, another, or not known. The list is the same whoever is here."""
    if not person.language:
        return UNKNOWN
    known = {tag.partition("-")[0]: tag for tag in languages()}
    return known.get(person.language.partition("-")[0], OTHER)
