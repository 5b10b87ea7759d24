"""What staff write down and no feed has: where a prison is, how its healthcare is reached, what screening came to."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from registration.actions import CONTACT_ALONE
from registration.models import Patient, Prison, ScreeningOutcome
from registration.patients import locked_family


@transaction.atomic
def set_prison_contact(*, prison: Prison, healthcare_contact: str, address: str) -> None:
    """Where this prison is, and how whoever leaves, and their GP, can reach its healthcare. The rest still follows the
    file."""
    if (prison.healthcare_contact, prison.address) != (healthcare_contact, address):
        prison.healthcare_contact, prison.address = healthcare_contact, address
        prison._change_reason = CONTACT_ALONE
        prison.save(update_fields=["healthcare_contact", "address"])


@transaction.atomic
def record_screening(*, patient: Patient, on: date, outcomes: Mapping[str, str]) -> None:
    """What became of these programmes, by id, on this day; "" takes back what was recorded. History keeps it all."""
    people = locked_family(patient)
    for programme, outcome in outcomes.items():
        rows = list(ScreeningOutcome.objects.filter(patient__in=people, programme=programme).order_by("on", "pk"))
        for row in rows if not outcome else rows[:-1]:
            row.delete()
        if outcome:
            row = rows[-1] if rows else ScreeningOutcome(patient=people[0], programme=programme)
            row.outcome, row.on = outcome, on
            row.save()
