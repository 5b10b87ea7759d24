"""Which records stand for one person, and how a writer holds them."""

from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import Q

from registration.identifiers import prison_number
from registration.models import Patient


class NotPossible(Exception):
    """The action does not fit what is on record; the message says what to do instead."""


class Erased(NotPossible):
    """Who this record was of was erased while it was waited for; the same number is somebody new from now on."""


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
    people = list(patients)
    asked = {patient.pk for patient in people}
    roots = {survivor_key(patient) for patient in people}
    while True:
        found = Patient.objects.filter(Q(pk__in=asked | roots) | Q(merged_into__in=roots)).order_by("pk")
        if not connection.features.has_select_for_update:  # whoever writes has the whole database to themselves
            held = {patient.pk: patient for patient in found}
            if {survivor_key(patient) for patient in held.values()} <= roots:
                return held
        else:
            try:
                with transaction.atomic():
                    held = {patient.pk: patient for patient in found.select_for_update()}
                    if members({survivor_key(patient) for patient in held.values()}) != held.keys():
                        raise JoinedMeanwhile
                    return held
            except JoinedMeanwhile:
                pass
        told = Patient.objects.filter(pk__in=asked).values_list("pk", "merged_into_id")
        roots = {root or pk for pk, root in told}


def survivor_key(patient: Patient) -> int:
    return patient.merged_into_id or patient.pk


def members(roots: set[int]) -> set[int]:
    """The keys of every record that stands for one of these people."""
    return set(Patient.objects.filter(Q(pk__in=roots) | Q(merged_into__in=roots)).values_list("pk", flat=True))


def locked_family(patient: Patient) -> list[Patient]:
    """Every record that stands for the person, the kept one first, held: one writer at a time for each person."""
    held = locked_together([patient])
    if held[patient.pk].prison_number != patient.prison_number:
        raise Erased("This person was erased already. Look the number up again.")
    root = held[survivor_key(held[patient.pk])]
    return [root, *(one for one in held.values() if one.merged_into_id == root.pk)]


def locked(patient: Patient) -> Patient:
    """The record that stands for the person, held."""
    return locked_family(patient)[0]
