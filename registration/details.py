"""What registering with the prison GP takes, as known of one person: kept, and put together for the form."""

from datetime import date
from typing import Any

from django.db import transaction

from registration.models import Patient, Prison, RegistrationDetails
from registration.patients import locked_family

FORMAT = "gms1-details/1"


def details_of(people: list[Patient]) -> RegistrationDetails:
    """``people``: every record that stands for the person, the kept one first. Blank where nobody asked yet."""
    known = {found.patient_id: found for found in RegistrationDetails.objects.filter(patient__in=people)}
    return next((known[one.pk] for one in people if one.pk in known), RegistrationDetails(patient=people[0]))


@transaction.atomic
def keep_details(*, patient: Patient, **fields: str) -> RegistrationDetails:
    """What the person said; django-simple-history keeps what it was and who changed it."""
    people = locked_family(patient)
    details = details_of(people)
    if details.patient_id != people[0].pk:  # asked under a number that was joined into this one
        details = RegistrationDetails(patient=people[0])
    for name, value in fields.items():
        setattr(details, name, value)
    details.save()
    return details


def as_fields(person: Patient, details: RegistrationDetails, prison: Prison, practice: str, on: date) -> dict[str, Any]:
    """One flat row, for a file or a form. The names are stable: a name is never given another meaning, only added.

    format             "gms1-details/1"
    made_on            the day on which it was put together, 2026-11-21
    practice_ods_code  the single prison GP practice; blank: not configured
    prison_number, nhs_number (ten digits), title, family_name, given_names, previous_family_names, other_names
    date_of_birth      2026-11-21
    sex                female, male, or blank
    birth_town, birth_country
    prison_id, prison_name, prison_ods_code, prison_address      where they live now
    address_before, postcode_before              where they lived before prison
    previous_address, previous_postcode          in the UK, before that
    last_gp, last_gp_address, first_uk_gp_address
    came_to_uk, left_uk                          as the person said it: a year, a month, a day
    forces             yes, no or unknown; then forces_number, forces_from, forces_until, forces_address
    ethnic_group       as the person said it
    scr                additional, core, none, or blank: not asked
    language           a tag like en or pl; interpreter_needed: true or false

    Blank is "not known" everywhere. After the sources in reference/domain.md 8a and 8b; whether this software's
    counterpart takes it in is for the two to agree on.
    """
    own = {
        field.name: getattr(details, field.name)
        for field in RegistrationDetails._meta.concrete_fields
        if field.name not in ("id", "patient")
    }
    return {
        "format": FORMAT,
        "made_on": on.isoformat(),
        "practice_ods_code": practice,
        "prison_number": person.prison_number,
        "nhs_number": person.nhs_number,
        "family_name": person.family_name,
        "given_names": person.given_names,
        "other_names": person.aliases,
        "date_of_birth": person.date_of_birth.isoformat() if person.date_of_birth else "",
        "sex": person.sex,
        "prison_id": prison.pk,
        "prison_name": prison.name,
        "prison_ods_code": prison.site_ods_code,
        "prison_address": prison.address,
        "language": person.language,
        "interpreter_needed": person.needs_interpreter,
        **own,
    }
