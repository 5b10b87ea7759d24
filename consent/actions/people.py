"""Arrivals, what is known of a person, and the prisons they are in: each write with the status refreshed."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from consent import facts
from consent.actions.registering import follow
from consent.models import NOBODY, AccessEvent, HoldException, Post, PrisonPolicy, ReceptionPolicy, Status
from registration import actions as registration
from registration.actions import NotPossible
from registration.by_staff import set_prison_contact
from registration.erasing import BLANK
from registration.legal_status import LegalStatus
from registration.models import Message, Patient, Prison
from registration.movements import Movement

# What staff type when someone comes in; on a person who is known already it fills only what is blank.
DESCRIBED_ON_ARRIVAL = ("given_names", "family_name", "date_of_birth", "home_gp", "language")


def receive_message(*, item: Any, raw: str) -> str:
    """Take in one prison event message; see registration.actions.receive_message for what is returned."""
    try:
        return take_in(item=item, raw=raw)
    except registration.Erased:
        return take_in(item=item, raw=raw)  # for whoever has the number now


@transaction.atomic
def take_in(*, item: Any, raw: str) -> str:
    outcome, touched = registration.receive_message(item=item, raw=raw)
    for person in touched:
        came_on(person)
    return outcome


@transaction.atomic
def record_movement(*, patient: Patient, movement: Movement, by: str) -> None:
    registration.record_movement(patient=patient, movement=movement, by=by)
    came_on(patient)


@transaction.atomic
def describe_patient(*, patient: Patient, **fields: Any) -> None:
    facts.refresh(registration.describe_patient(patient=patient, **fields))


@transaction.atomic
def record_legal_status(
    *, patient: Patient, status: LegalStatus, at: datetime, source: str, corrects_the_last: bool = False
) -> None:
    facts.refresh(
        registration.record_legal_status(
            patient=patient, status=status, at=at, source=source, corrects_the_last=corrects_the_last
        )
    )


def rebuild_status() -> int:
    """Throw away what is projected and work it out anew, person by person; how many people there were."""
    count = 0
    for person in Patient.objects.filter(merged_into=None).order_by("pk").iterator():
        with transaction.atomic():
            facts.refresh([registration.locked(person)])
        count += 1
    with transaction.atomic():
        Status.objects.exclude(patient__merged_into=None).delete()
    return count


def is_known(number: str) -> bool:
    return Patient.objects.filter(prison_number=number).exists()


@transaction.atomic
def receive_person(
    *, number: str, movement: Movement, user: User, legal_status: LegalStatus, described: dict[str, Any]
) -> Patient:
    """Someone came in, says staff. Raises NotPossible where the number belongs to somebody else by name or birth."""
    person = registration.locked(registration.patient_with(number))
    check_same(person, described)
    fill_in(person, described)
    registration.record_movement(patient=person, movement=movement, by=user.get_username())
    if legal_status is not LegalStatus.UNKNOWN:
        registration.record_legal_status(
            patient=person, status=legal_status, at=movement.at, source=f"told on arrival ({user.get_username()})"
        )
    came_on(person)
    return person


def is_another(person: Patient, described: dict[str, Any]) -> bool:
    """Whether what is told of somebody does not fit the name or the date of birth that is known under this number."""
    names = ("family_name", "date_of_birth")
    both = [(str(getattr(person, name) or ""), str(described[name] or "")) for name in names]
    return any(known and told and known.casefold() != told.casefold() for known, told in both)


def check_same(person: Patient, described: dict[str, Any]) -> None:
    """Raises NotPossible where what is told is of somebody else, by name or birth."""
    if is_another(person, described):
        raise NotPossible(
            f"{person.prison_number} is known already, with another name or date of birth. "
            "Check the number. If it is the same person, leave name and date of birth blank."
        )


def fill_in(person: Patient, described: dict[str, Any]) -> None:
    """What was not known of a person before; what was is left as it is."""
    new = {
        name: said for name, said in described.items() if said != BLANK[name] and getattr(person, name) == BLANK[name]
    }
    if new:
        registration.describe_patient(patient=person, **new)


def came_on(patient: Patient) -> None:
    """Where they are has changed: the work that waits follows, and so does what stands."""
    held = facts.hold(patient)
    follow(held, at=timezone.now())
    facts.project(held)


def looked(*, patient: Patient, who: str, what: str, prison: str = "") -> None:
    """Someone looked at this person's record."""
    AccessEvent(chain=registration.survivor(patient).record_id, who=who, what=what, prison=prison).save()


def looked_at_many(*, people: Iterable[Patient], who: str, what: str, prison: str = "", is_list: bool = False) -> None:
    """Someone was shown these people together. A list is looked at all day: that is kept once a day for each."""
    chains = {person.record_id for person in people}
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    seen = AccessEvent.objects.filter(chain__in=chains, who=who, what=what, at__gte=today)
    new = chains - set(seen.values_list("chain", flat=True)) if is_list else chains
    AccessEvent.objects.bulk_create(AccessEvent(chain=c, who=who, what=what, prison=prison) for c in sorted(new))


def changed_password(*, who: str, prison: str = "") -> None:
    """About nobody but themselves; the auditor sees it."""
    AccessEvent(chain=NOBODY, who=who, what="password changed", prison=prison).save()


def refused(*, who: str, what: str, prison: str = "", patient: Patient | None = None) -> None:
    """Somebody, or a tablet, was refused: ``what`` names it, in at most 20 characters."""
    chain = registration.survivor(patient).record_id if patient else NOBODY
    AccessEvent(chain=chain, who=who, what=f"refused: {what[:20]}", prison=prison).save()


@transaction.atomic
def deal_with_message(*, message: Message) -> None:
    message.dealt_with_at = timezone.now()
    message.save(update_fields=["dealt_with_at"])


@transaction.atomic
def set_prison_policy(
    *, prison: Prison, hold: str, hold_hours: int, takes: dict[str, str], contact: dict[str, str] | None = None
) -> None:
    """How this prison holds a yes, what its reception takes (by legal status, "" for all others; "" means unset), and
    ``contact``: its ``address`` and ``healthcare_contact`` (None: as they are)."""
    if contact is not None:
        set_prison_contact(prison=prison, **contact)
    PrisonPolicy.objects.update_or_create(prison=prison, defaults={"hold": hold, "hold_hours": hold_hours})
    for status, taken in takes.items():
        row = ReceptionPolicy.objects.filter(prison=prison, legal_status=status).first()
        if row is not None and not taken:
            row.delete()
        elif taken and (row is None or row.takes != taken):
            ReceptionPolicy.objects.update_or_create(prison=prison, legal_status=status, defaults={"takes": taken})


@transaction.atomic
def set_hold_exception(*, prison: Prison, legal_status: str, home_gp: str, hold: str, hold_hours: int) -> None:
    """At this prison a yes of whoever fits is held so; the same group set again is set anew."""
    row = HoldException.objects.filter(prison=prison, legal_status=legal_status, home_gp=home_gp).first()
    row = row or HoldException(prison=prison, legal_status=legal_status, home_gp=home_gp)
    row.hold, row.hold_hours = hold, hold_hours
    row.save()


@transaction.atomic
def end_hold_exception(*, prison: Prison, pk: int) -> None:
    for row in HoldException.objects.filter(prison=prison, pk=pk):
        row.delete()


@transaction.atomic
def set_posts(*, user: User, prison: Prison, roles: Iterable[str]) -> None:
    """Exactly these roles at this prison; those that they hold at every prison stay."""
    now = {post.role: post for post in Post.objects.filter(user=user, prison=prison)}
    for role in set(roles) - now.keys():
        Post.objects.create(user=user, prison=prison, role=role)
    for role in now.keys() - set(roles):
        now[role].delete()


@transaction.atomic
def load_prisons(*, rows: list[dict[str, str]]) -> int:
    """Bring the prisons up to the file; whoever is in one that changed is looked at anew, for its country matters."""
    changed = registration.load_prisons(rows)
    facts.refresh(Patient.objects.filter(movements__prison__in=changed).distinct())
    return len(changed)


@transaction.atomic
def complete_prison(*, prison: Prison, **fields: Any) -> None:
    """Fill in a prison that arrived in a message; whoever is there is looked at anew, for its country matters."""
    for name, value in fields.items():
        setattr(prison, name, value)
    prison.is_complete = True
    prison.save()
    facts.refresh(Patient.objects.filter(movements__prison=prison).distinct())
