"""When records disagree, were made in error, or need a look in the clinical system: two views, one new line."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from consent import facts, ledger
from consent.actions.answers import decide
from consent.actions.day_one import import_decision
from consent.actions.notes import record_note, staff
from consent.actions.registering import follow
from consent.models import Entry
from consent.policy import Answer
from consent.questions import GMS_REGISTRATION
from registration import actions as registration
from registration.actions import NotPossible
from registration.models import Patient


@transaction.atomic
def check_by_staff(*, patient: Patient, user: User, registered: bool, seen: str) -> None:
    """Staff looked in the clinical system: asked before, registered, or neither. Answers rows 14g and 15."""
    record_note(patient=patient, kind="staff-check", by=staff(user), seen=seen)
    if registered:
        record_note(patient=patient, kind="registered", by=staff(user), question=GMS_REGISTRATION.id, seen=seen)


@transaction.atomic
def settle_earlier(
    *, patient: Patient, user: User, found: str, registered: bool, answer: str, at: datetime | None, prison_id: str
) -> None:
    """The staff check, with the answer that the clinical system holds where there is one."""
    check_by_staff(patient=patient, user=user, registered=registered, seen=found)
    if answer and at:
        import_decision(
            number=registration.survivor(patient).prison_number,
            question=GMS_REGISTRATION.id,
            answer=answer,
            at=at,
            prison_id=prison_id,
            recorded_by=user.get_username(),
            source="clinical system, looked up by staff",
        )


@transaction.atomic
def resolve_conflict(*, patient: Patient, user: User, question: str, answer: Answer, reason: str) -> None:
    """A person chose: their choice is a new entry, and nothing that disagreed is touched."""
    standing = facts.hold(patient).standing(timezone.now())
    if not standing.questions[question].conflict:
        raise NotPossible("There is no conflict here any more. Look at the page again.")
    if standing.notices:
        record_note(patient=patient, kind="conflict-resolved", by=staff(user), refers=standing.notices, reason=reason)
    decide(patient=patient, question=question, answer=answer, by=staff(user), route="conflict", reason=reason)


@transaction.atomic
def settle_notices(*, patient: Patient, user: User, reason: str) -> None:
    """A booking was moved or deleted, and staff found that what is on record is right."""
    standing = facts.hold(patient).standing(timezone.now())
    if not standing.notices:
        raise NotPossible("There is no conflict here any more. Look at the page again.")
    record_note(patient=patient, kind="conflict-resolved", by=staff(user), refers=standing.notices, reason=reason)


@transaction.atomic
def record_in_error(*, entry: Entry, user: User, second: User, reason: str) -> Entry:
    """Take an entry out of the rules and leave it visible. Two people, and a reason. Raises NotPossible."""
    if user == second:
        raise NotPossible("Two different people must say that an entry was made in error.")
    if not reason.strip():
        raise NotPossible("Say why the entry was made in error.")
    patient = Patient.objects.get(record_id=entry.chain)
    person = registration.locked(patient)
    known = facts.entries_of(registration.family(person))
    if any(e.kind == "error" and entry.hash in ledger.read(e)["data"]["refers"] for e in known):
        raise NotPossible("This entry is marked as recorded in error already.")
    if entry.kind == "error":
        raise NotPossible("A mark cannot be marked. Record the answer anew instead.")
    now = timezone.now()
    said = ledger.read(entry)["data"]
    # Into the chain of the record it concerns, so that one chain tells the whole story.
    mark = ledger.append(
        patient=patient,
        kind="error",
        at=entry.at,
        by=staff(user),
        data={
            "question": said.get("question", ""),
            "refers": [entry.hash],
            "second": second.get_username(),
            "reason": reason,
        },
    )
    held = facts.hold(person)
    follow(held, at=now)
    facts.project(held)
    return mark
