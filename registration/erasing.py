"""Take out of registration everything that says who somebody was. What happened, without a name, stays."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from registration.models import (
    Expected,
    HomeGP,
    LegalStatusRecord,
    Message,
    Notice,
    Patient,
    RegistrationDetails,
    RegistrationRequest,
    ScreeningOutcome,
)
from registration.patients import family, locked

BLANK = {
    "nhs_number": "",
    "family_name": "",
    "given_names": "",
    "aliases": "",
    "date_of_birth": None,
    "sex": "",
    "language": "",
    "needs_interpreter": False,
    "communication_needs": "",
    "support": {},
    "support_is_shared": False,
    "home_gp": HomeGP.UNSURE,
    "is_sensitive": False,
    "expected_release": None,
    "next_court": None,
    "leaving_told_at": None,
}
# Of a message, its fingerprint and what became of it stay: a queue may tell it again, and it must not count twice.
BLANK_MESSAGE = {"body": "", "prison_number": "", "detail": ""}


@transaction.atomic
def erase(*, patient: Patient) -> list[Patient]:
    """Erase who this person was, over all joined records, and what every message says that names one of their numbers.

    Movements and the times of legal status stay under a number that is nobody's: "~" and the row's own key.
    """
    person = locked(patient)
    people = family(person)
    numbers = [p.prison_number for p in people]
    names = [*numbers, *(p.nhs_number for p in people if p.nhs_number)]
    of_them, told_of_them = Q(prison_number__in=numbers), Q(patient__in=people)
    for name in names:
        of_them |= Q(body__icontains=name)
        told_of_them |= Q(detail__icontains=name)  # of a booking moved between two people
    Message.objects.filter(of_them).update(**BLANK_MESSAGE)
    LegalStatusRecord.objects.filter(patient__in=people).update(source="")
    Notice.objects.filter(told_of_them).update(detail="")
    Expected.objects.filter(patient__in=people).delete()
    Expected.history.filter(patient__in=people).delete()
    RegistrationRequest.objects.filter(patient__in=people).update(reason="")
    RegistrationRequest.history.filter(patient__in=people).delete()
    RegistrationDetails.objects.filter(patient__in=people).delete()
    RegistrationDetails.history.filter(patient__in=people).delete()
    ScreeningOutcome.objects.filter(patient__in=people).delete()
    ScreeningOutcome.history.filter(patient__in=people).delete()
    for each in people:
        Patient.objects.filter(pk=each.pk).update(prison_number=nobodys_number(each), **BLANK)
        Patient.history.filter(id=each.pk).delete()
    return [person]


def nobodys_number(patient: Patient) -> str:
    """Unique, seven characters, and no prison number: "~" and the key in base 36."""
    key, digits = patient.pk, ""
    while key:
        key, digit = divmod(key, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return f"~{digits:0>6}"


@transaction.atomic
def erase_messages(*, before: datetime) -> int:
    """Blank messages received before this time; returns how many. What they told was taken in long ago."""
    return Message.objects.filter(received_at__lt=before).exclude(body="").update(**BLANK_MESSAGE)
