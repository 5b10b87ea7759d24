"""Retention: who somebody was is erased, and the record still proves what was asked, shown and answered."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.utils import timezone

from consent import facts, ledger
from consent.models import Entry, Remark, Status, Visit
from registration import actions as registration
from registration import erasing
from registration.actions import NotPossible
from registration.custody import State
from registration.models import Expected, Patient

OVER = (State.NONE, State.CLOSED, State.DECEASED)
SYSTEM = {"who": "system", "name": ""}
GROUNDS = {"retention": "the period of retention is over", "request": "erasure was asked for and granted"}


def due(*, left_before: datetime) -> list[Patient]:
    """Everyone who left prison before this time, is in none now, and is not erased yet."""
    rows = Status.objects.filter(left_at__lt=left_before).exclude(patient__prison_number__startswith="~")
    now = timezone.now()
    people = [row.patient for row in rows.select_related("patient").order_by("pk")]
    return [person for person in people if facts.standing_of(person, now).state_at(now) in OVER]


def never_came(*, expected_before: date) -> list[Patient]:
    """Everyone of whom nothing is known but that a reception's list had them coming, last before this day."""
    told = Expected.objects.values("patient").annotate(last=Max("on")).filter(last__lt=expected_before)
    people = Patient.objects.filter(pk__in=told.values("patient"), movements=None, merged_into=None, merged_from=None)
    recorded = Entry.objects.filter(chain=OuterRef("record_id"))
    return list(people.exclude(prison_number__startswith="~").exclude(Exists(recorded)).order_by("pk"))


@transaction.atomic
def erase_patient(*, patient: Patient, ground: str) -> None:
    """Erase who this person was. Raises NotPossible while they are in prison, or when it was done already.

    Names, numbers, dates of birth, messages, visits, and all that staff typed go; a line in each chain says that, when
    and on what ground (GROUNDS). No line of the record is touched, so every proof still holds.
    """
    person = registration.locked(patient)
    now = timezone.now()
    if person.prison_number.startswith("~"):
        raise NotPossible("This person was erased already.")
    if facts.standing_of(person, now).state_at(now) not in OVER:
        raise NotPossible(
            "This person is in prison now, as far as we know. Their record is needed; nothing was erased."
        )
    people = registration.family(person)
    chains = [one.record_id for one in people]
    Visit.objects.filter(patient__in=people).delete()
    for one in people:
        ledger.append(
            patient=one,
            kind="erased",
            at=now,
            by=SYSTEM,
            data={"question": "", "ground": ground},
        )
    Remark.objects.filter(chain__in=chains).delete()
    facts.refresh(erasing.erase(patient=person))


@transaction.atomic
def erase_messages(*, before: datetime) -> int:
    """Erase messages received before this time; returns how many."""
    return erasing.erase_messages(before=before)
