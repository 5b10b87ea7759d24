"""Which records stand for one person, and how a writer holds them."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q

from registration.identifiers import prison_number
from registration.models import Patient


class NotPossible(Exception):
    """The action does not fit what is on record; the message says what to do instead."""


def patient_with(number: str) -> Patient:
    """The patient record of this prison number, made if it is new. Raises NotAnIdentifier."""
    return Patient.objects.get_or_create(prison_number=prison_number(number))[0]


def survivor(patient: Patient) -> Patient:
    """The record that stands for the person."""
    return patient.merged_into or patient


def family(patient: Patient) -> list[Patient]:
    """Every record that was joined into this person's, the kept one first."""
    root = survivor(patient)
    return [root, *root.merged_from.order_by("pk")]


class JoinedMeanwhile(Exception):
    """A merge came in between reading who belongs together and holding them."""


def locked_together(patients: Iterable[Patient]) -> dict[int, Patient]:
    """These people's records, and all that were joined with them, held until the transaction ends.

    Always in the order of their keys, so that no two writers wait for each other. When a merge came in between, what
    was held is let go (a savepoint's locks go with it) and all is read again.
    """
    asked = [patient.pk for patient in patients]
    while True:
        try:
            with transaction.atomic():
                rows = Patient.objects.select_for_update().filter(pk__in=members(asked)).order_by("pk")
                held = {patient.pk: patient for patient in rows}
                if members(asked) != held.keys():
                    raise JoinedMeanwhile
                return held
        except JoinedMeanwhile:
            continue


def members(patients: list[int]) -> set[int]:
    """The keys of every record that stands for one of these people."""
    pointers = Patient.objects.filter(pk__in=patients).values_list("pk", "merged_into_id")
    roots = {root or pk for pk, root in pointers}
    return set(Patient.objects.filter(Q(pk__in=roots) | Q(merged_into__in=roots)).values_list("pk", flat=True))


def locked(patient: Patient) -> Patient:
    """The record that stands for the person, held: one writer at a time for each person."""
    held = locked_together([patient])
    return held[held[patient.pk].merged_into_id or patient.pk]
