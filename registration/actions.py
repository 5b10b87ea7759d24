"""Every write of registration: named, keyword-only, atomic. Each says which patients it touched, for those above."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from registration import merging, movements
from registration.feeds import prison_events as feed
from registration.legal_status import LegalStatus
from registration.models import (
    LegalStatusRecord,
    MergeRecord,
    Message,
    Movement,
    Notice,
    Patient,
    Prison,
    RegistrationRequest,
    RollRead,
)
from registration.patients import Erased as Erased
from registration.patients import NotPossible, family, locked, locked_family, locked_together, patient_with
from registration.patients import survivor as survivor

FROM_THE_FILE = "prisons.csv"
CONTACT_ALONE = "how to reach healthcare"
# Changes after which a prison still follows the file.
OURS = (FROM_THE_FILE, CONTACT_ALONE)


def prison_named(prison_id: str | None) -> Prison | None:
    """The prison with this id. One that is in no file is accepted, and listed for staff to complete."""
    if not prison_id:
        return None
    return Prison.objects.get_or_create(id=prison_id, defaults={"name": prison_id, "is_complete": False})[0]


def fold(patients: list[Patient]) -> list[movements.Movement]:
    """Every movement known of one person, given all records that stand for them."""
    return [movement for told in folds(patients)[0].values() for movement in told]


def folds(patients: list[Patient]) -> tuple[dict[int, list[movements.Movement]], set[str]]:
    """The movements of each patient record, by its key (none: an empty list), and the prisons outside England in them.

    A prison whose country is not known counts as one in England.
    """
    found, abroad = defaultdict(list), set()
    rows = Movement.objects.filter(patient__in=patients).values_list(
        "patient_id", "at", "direction", "reason", "code", "prison_id", "source", "reception_date", "prison__country"
    )
    for patient, at, direction, reason, code, prison, source, received_on, country in rows:
        direction, source = movements.Direction(direction), movements.Source(source)
        found[patient].append(movements.Movement(at, direction, reason, code, prison, source, received_on))
        if country not in (None, "", "England"):
            abroad.add(prison)
    return found, abroad


@transaction.atomic
def record_movement(
    *, patient: Patient, movement: movements.Movement, by: str, message: Message | None = None
) -> list[Patient]:
    """Add one movement; the same movement told again adds nothing."""
    person = locked(patient)
    prison = prison_named(movement.prison)
    Movement.objects.get_or_create(
        patient=patient,
        at=movement.at,
        direction=movement.direction,
        reason=movement.reason,
        code=movement.code,
        prison=prison,
        source=movement.source,
        reception_date=movement.reception_date,
        defaults={"told_by": by, "message": message},
    )
    return [person]


@transaction.atomic
def record_legal_status(
    *,
    patient: Patient,
    at: datetime,
    source: str,
    status: LegalStatus = LegalStatus.UNKNOWN,
    convicted: bool | None = None,
    corrects_the_last: bool = False,
) -> list[Patient]:
    """Add what we were told. A correction takes the place, and the time, of the status that was typed last."""
    person = locked(patient)
    last = None
    if corrects_the_last:
        last = (
            LegalStatusRecord.objects.filter(patient__in=family(person), corrected_by=None, convicted=None)
            .order_by("recorded_at", "pk")
            .last()
        )
        if last is None:
            raise NotPossible("There is no legal status to correct yet. Enter it as a new one.")
    record, _ = LegalStatusRecord.objects.get_or_create(
        patient=patient,
        at=last.at if last else at,
        status=status,
        convicted=convicted,
        corrected_by=None,
        defaults={"source": source[:120]},
    )
    if last and last != record:
        last.corrected_by = record
        last.save(update_fields=["corrected_by"])
    return [person]


def last_legal_status(patient: Patient) -> LegalStatusRecord | None:
    """The newest thing we were told of it that was not a typing mistake."""
    told = LegalStatusRecord.objects.filter(patient__in=family(patient), corrected_by=None)
    return told.order_by("at", "pk").last()


@transaction.atomic
def merge(*, kept: Patient, removed: Patient, at: datetime) -> list[Patient]:
    """Join two records by pointing one at the other. Nothing is moved or rewritten."""
    people = {person.prison_number: person for person in locked_together([kept, removed]).values()}
    MergeRecord.objects.get_or_create(kept=kept, removed=removed, at=at)
    members = list(people.values())
    merges = MergeRecord.objects.filter(kept__in=members, removed__in=members).select_related("kept", "removed")
    heirs = merging.survivors(merging.Merge(m.at, m.kept.prison_number, m.removed.prison_number) for m in merges)
    for number, person in people.items():
        heir = people[heirs.get(number, number)]
        joined = None if heir == person else heir
        if person.merged_into_id != (joined and joined.pk):
            person.merged_into = joined
            person.save()
    return [people[heirs[kept.prison_number]]]


def merges_of(patients: list[Patient]) -> list[tuple[int, int, datetime]]:
    """Every joining of their numbers: the record that was kept, the other, and when."""
    return list(MergeRecord.objects.filter(kept__in=patients).values_list("kept_id", "removed_id", "at"))


@transaction.atomic
def note(*, patient: Patient, kind: str, at: datetime, key: str, detail: str = "") -> list[Patient]:
    """Something the prison service said that a member of staff must look at."""
    person = locked(patient)
    Notice.objects.get_or_create(patient=patient, key=key, defaults={"kind": kind, "at": at, "detail": detail})
    return [person]


@transaction.atomic
def receive_message(*, item: Any, raw: str) -> tuple[str, list[Patient]]:
    """Take in one message: (applied, no_effect, repeated or not_understood; the patients it touched).

    The same content as a message stored before is looked at first, whatever envelope it comes in.
    """
    event = feed.unwrapped(item)
    key = feed.fingerprint(event, raw)
    # Kept whole. PostgreSQL cannot keep a NUL character, so it is written out.
    body = raw.replace("\x00", "\\u0000").encode("utf-8", "backslashreplace").decode()
    message, is_new = Message.objects.get_or_create(
        fingerprint=key, defaults={"body": body, "outcome": Message.Outcome.NOT_UNDERSTOOD}
    )
    if not is_new:
        return "repeated", []
    if isinstance(event, dict) and isinstance(event.get("eventType"), str):
        message.event_type = event["eventType"].replace("\x00", "")[:120].encode("ascii", "replace").decode()
    try:
        fact = feed.translate(event)
    except feed.NotUnderstood as problem:
        message.detail = str(problem)[:300]
        message.save()
        return Message.Outcome.NOT_UNDERSTOOD, []
    message.outcome = Message.Outcome.NO_EFFECT if isinstance(fact, feed.NotOurs) else Message.Outcome.APPLIED
    message.save()
    touched = take_in(fact, message)
    if touched:
        message.prison_number = touched[0].prison_number
        message.save(update_fields=["prison_number"])
    return message.outcome, touched


def take_in(fact: feed.Fact, message: Message) -> list[Patient]:
    """Store what a message says; returns whom it is about."""
    key = message.fingerprint
    match fact:
        case feed.Moved(number, movement):
            return record_movement(patient=patient_with(number), movement=movement, by="feed", message=message)
        case feed.Merged(kept, removed, at):
            people = {number: patient_with(number) for number in sorted({kept, removed})}
            return merge(kept=people[kept], removed=people[removed], at=at)
        case feed.BookingChanged(kind, numbers, at, detail):
            people = {number: patient_with(number) for number in sorted(set(numbers))}
            locked_together(people.values())
            return [p for who in people.values() for p in note(patient=who, kind=kind, at=at, key=key, detail=detail)]
        case feed.ConvictedStatus(number, convicted, at):
            return record_legal_status(patient=patient_with(number), at=at, source="message", convicted=convicted)
        case feed.StatusPrompt(number, at):
            return note(patient=patient_with(number), kind=Notice.Kind.STATUS_CHANGED, at=at, key=key)
    return []


@transaction.atomic
def describe_patient(*, patient: Patient, **fields: Any) -> list[Patient]:
    """Change what is known of a patient; django-simple-history keeps what it was and who changed it."""
    person = locked(patient)
    for name, value in fields.items():
        setattr(person, name, value)
    person.save()
    return [person]


@transaction.atomic
def open_request(
    *, patient: Patient, asked_by: str, at: datetime, to_confirm: bool = False
) -> RegistrationRequest | None:
    """Open the work of registering; one at a time, so a second asking opens none."""
    people = locked_family(patient)
    if RegistrationRequest.objects.filter(patient__in=people, state__in=["to-make", "made"]).exists():
        return None
    return RegistrationRequest.objects.create(
        patient=people[0], asked_by=asked_by, opened_at=at, changed_at=at, to_confirm=to_confirm
    )


# state -> the states it may go to
STEPS = {
    "to-make": {"made", "stopped", "confirmed"},
    "made": {"confirmed", "rejected", "stopped", "ended"},
    "confirmed": {"ended"},
    "rejected": set(),
    "stopped": set(),
    "ended": set(),
}


@transaction.atomic
def move_request(
    *, request: RegistrationRequest, to: str, at: datetime, reason: str = "", made_in: str | None = None
) -> RegistrationRequest:
    """Take a request one step on; ``made_in``: the prison that made it. Raises NotPossible."""
    locked(request.patient)
    request.refresh_from_db()
    if to not in STEPS[request.state]:
        raise NotPossible(f"This request is already {request.get_state_display()}. Look at the page again.")
    if to == "confirmed" and request.state == "to-make" and not request.to_confirm:
        raise NotPossible("This request has not been made yet. Mark it as made first.")
    request.state, request.changed_at, request.reason = to, at, reason[:200]
    if to == "made":
        request.made_in_id = made_in
    request.save()
    return request


@transaction.atomic
def roll_was_read(*, prisons: Iterable[str], at: datetime) -> None:
    """These prisons' own lists were held against ours, as of this time, and ours put right. The newest is kept."""
    known = list(Prison.objects.filter(pk__in=prisons))
    RollRead.objects.filter(prison__in=known, at__lte=at).delete()
    RollRead.objects.bulk_create(RollRead(prison=prison, at=at) for prison in known)


@transaction.atomic
def load_prisons(rows: list[dict[str, str]]) -> list[Prison]:
    """Bring the prisons up to the file, and return those that changed. What staff wrote is left as they wrote it."""
    known = {prison.pk: prison for prison in Prison.objects.all()}
    theirs = set(Prison.history.exclude(history_change_reason__in=OURS).values_list("id", flat=True))
    changed = []
    for row in rows:
        facts = {
            "name": row["name"] or row["id"],
            "sex": row["sex"],
            "type": row["type"],
            "country": row["country"],
            "site_ods_code": row["site_ods_code"],
            "active": row["active"] == "true",
            "is_complete": True,
        }
        prison = known.get(row["id"]) or Prison(pk=row["id"])
        touched = prison.pk in known and prison.is_complete and prison.pk in theirs
        if touched or (prison.pk in known and all(getattr(prison, name) == value for name, value in facts.items())):
            continue
        for name, value in facts.items():
            setattr(prison, name, value)
        prison._change_reason = FROM_THE_FILE
        prison.save()
        changed.append(prison)
    return changed
