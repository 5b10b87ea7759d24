"""Who is on their way to a prison, as its reception's list says, until their movements show that they came."""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet

from registration.legal_status import LegalStatus
from registration.models import Expected, Movement, Patient, Prison
from registration.movements import Direction
from registration.patients import NotPossible, locked, survivor

# An arrival that a message tells after the list was taken in may have happened a little before that.
TOLD_LATE = timedelta(hours=12)
# Whoever did not come in so many days is not asked about any more.
LAPSES = timedelta(days=28)


def with_arrivals() -> QuerySet[Expected]:
    """Everyone who was ever expected; ``has_come``: their movements show that they came since the list was told."""
    told_at = OuterRef("told_at")
    since = Q(at__gte=told_at) | Q(received_at__gte=told_at, at__gte=told_at - TOLD_LATE)
    came = Movement.objects.filter(since, prison=OuterRef("prison")).exclude(direction=Direction.OUT)
    # One after the other, so that each finds its few movements by an index.
    of_them = [
        Exists(came.filter(patient=OuterRef("patient"))),
        Exists(came.filter(patient__merged_into=OuterRef("patient"))),
        Exists(came.filter(patient=OuterRef("patient__merged_into"))),
    ]
    has_come = Q(of_them[0]) | Q(of_them[1]) | Q(of_them[2])
    return Expected.objects.annotate(has_come=ExpressionWrapper(has_come, BooleanField())).select_related(
        "patient__merged_into"
    )


def waiting(prison: Prison, today: date) -> list[Expected]:
    """Whoever is expected at this prison and neither came nor was said not to be coming; the earliest first."""
    rows = with_arrivals().filter(prison=prison, withdrawn_at=None, on__gt=today - LAPSES, has_come=False)
    found: dict[int, Expected] = {}
    for row in rows.order_by("on", F("at").asc(nulls_last=True), "pk"):
        found.setdefault(survivor(row.patient).pk, row)
    return list(found.values())


@transaction.atomic
def expect(
    *,
    patient: Patient,
    prison: Prison,
    way: str,
    on: date,
    at: time | None,
    comes_from: str,
    legal_status: LegalStatus,
    is_certain: bool,
    by: str,
    told_at: datetime,
) -> None:
    """This person is expected here. What an earlier list said of it is in the history of the row."""
    person = locked(patient)
    told = {
        "way": way,
        "on": on,
        "at": at,
        "comes_from": comes_from,
        "legal_status": legal_status,
        "is_certain": is_certain,
        "told_by": by,
        "told_at": told_at,
        "withdrawn_at": None,
    }
    Expected.objects.update_or_create(patient=person, prison=prison, defaults=told)


@transaction.atomic
def withdraw(*, expected: Expected, at: datetime, by: str) -> None:
    """They are not coming after all. Raises NotPossible where they came meanwhile."""
    still = held(expected)
    still.withdrawn_at, still.told_by = at, by
    still.save()


def held(expected: Expected) -> Expected:
    """The row anew, with the person's records held. Raises NotPossible where nobody waits for them any more."""
    locked(expected.patient)
    row = with_arrivals().filter(pk=expected.pk).first()
    if row is None or row.withdrawn_at:
        raise NotPossible("This person is not expected here any more.")
    if row.has_come:
        raise NotPossible("They have arrived already. Nothing was recorded twice.")
    return row
