"""A reception's list: who is expected, that they came, or that they are not coming."""

from datetime import date, datetime, time
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from consent import facts
from consent.actions.people import came_on, check_same, fill_in
from registration import actions as registration
from registration import expecting
from registration.legal_status import LegalStatus
from registration.models import Expected, Patient, Prison
from registration.movements import Movement


@transaction.atomic
def expect(
    *,
    number: str,
    prison: Prison,
    way: str,
    on: date,
    at: time | None,
    comes_from: str,
    is_certain: bool,
    legal_status: LegalStatus,
    described: dict[str, Any],
    user: User,
) -> None:
    """One row of a list. Raises NotPossible where the number is somebody else's.

    Of whoever no other prison has, it fills what is blank. Those who are at one now are described by the people who
    have them; what the list says of their legal status counts once they are here.
    """
    person = registration.locked(registration.patient_with(number))
    check_same(person, described)
    now, who = timezone.now(), user.get_username()
    expecting.expect(
        patient=person,
        prison=prison,
        way=way,
        on=on,
        at=at,
        comes_from=comes_from,
        legal_status=legal_status,
        is_certain=is_certain,
        by=who,
        told_at=now,
    )
    if facts.standing_of(person, now).prison in (None, prison.pk):
        fill_in(person, described)
        learn(person, legal_status, now, who)
    facts.refresh([person])


@transaction.atomic
def expected_came(*, expected: Expected, movement: Movement, user: User) -> None:
    """They are there. Raises NotPossible where a message, or somebody else, told it already."""
    row, who = expecting.held(expected), user.get_username()
    registration.record_movement(patient=row.patient, movement=movement, by=who)
    learn(row.patient, LegalStatus(row.legal_status), movement.at, who)
    came_on(row.patient)


def learn(person: Patient, legal_status: LegalStatus, at: datetime, who: str) -> None:
    known = registration.last_legal_status(person)
    if legal_status is not LegalStatus.UNKNOWN and (known is None or known.status != legal_status):
        source = f"reception list ({who})"
        registration.record_legal_status(patient=person, status=legal_status, at=at, source=source)


@transaction.atomic
def not_coming(*, expected: Expected, user: User) -> None:
    expecting.withdraw(expected=expected, at=timezone.now(), by=user.get_username())
