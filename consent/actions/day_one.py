"""What was known before this system."""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from consent import facts, ledger
from consent.actions.notes import IMPORT
from consent.actions.registering import follow, stands_as_yes
from consent.history import HOLD_NONE
from consent.questions import GMS_REGISTRATION
from registration import actions as registration
from registration.custody import custody_periods
from registration.models import Patient
from registration.movements import Direction, Movement, Source

SECOND = timedelta(seconds=1)


@transaction.atomic
def import_decision(
    *,
    number: str,
    question: str,
    answer: str,
    at: datetime | date,
    prison_id: str,
    recorded_by: str,
    source: str,
) -> bool:
    """Take in an answer from before this system, or a confirmed registration ("registered"). False if it is known.

    A yes is not held: whether the registration was made is for staff to confirm. ``at`` may be a date alone.
    """
    patient = registration.patient_with(number)
    person = registration.locked(patient)
    prison = registration.prison_named(prison_id)
    kind = "registered" if answer == "registered" else "decision"
    data = {
        "question": question,
        "answer": answer,
        "prison": prison_id,
        "route": "import",
        "hold": HOLD_NONE,
        "recorded_by": recorded_by,
        "source": source,
        "told_at": at.isoformat(),
    }
    for line in ledger.opened(facts.entries_of(registration.family(person))):
        if line["kind"] == kind and line["data"] | data == line["data"]:
            return False
    when = at if isinstance(at, datetime) else within_the_day(person, at)
    registration.record_movement(
        patient=patient,
        movement=Movement(when, Direction.SEEN, prison=prison.pk if prison else None, source=Source.IMPORT),
        by="import",
    )
    entry = ledger.append(patient=person, kind=kind, at=when, by=IMPORT, data=data)
    held = facts.hold(person)
    follow(held, at=timezone.now())
    if question == GMS_REGISTRATION.id and stands_as_yes(held, entry):
        registration.open_request(patient=person, asked_by=entry.hash, at=timezone.now(), to_confirm=True)
    facts.project(held)
    return True


def within_the_day(person: Patient, day: date) -> datetime:
    """A time for a date that came without one: the last moment of that day in prison as far as known, or noon."""
    first = timezone.make_aware(datetime.combine(day, time.min))
    last = min(timezone.make_aware(datetime.combine(day, time(23, 59))), timezone.now())
    for period in reversed(custody_periods(registration.fold(registration.family(person)))):
        begun, ended = max(first, period.opened_at), min(last, period.left_at - SECOND if period.left_at else last)
        if begun <= ended:
            return ended
    return min(first + timedelta(hours=12), timezone.now())
