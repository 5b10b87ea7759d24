"""The work of registering follows the answer that stands, and nothing is sent on one that does not."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from consent import facts
from consent.actions.notes import record_note, staff
from consent.models import Entry
from consent.policy import Answer
from consent.questions import GMS_REGISTRATION
from consent.standing import QuestionStanding, is_held
from registration import actions as registration
from registration.actions import NotPossible
from registration.models import Patient, RegistrationRequest


def follow(held: facts.Held, *, at: datetime) -> None:
    """Let requests that were not made yet follow what stands now: none may go out on an answer that was overtaken."""
    waiting = RegistrationRequest.objects.filter(patient__in=held.people, state="to-make")
    if not (requests := list(waiting)):
        return
    asked = held.standing(at).questions[GMS_REGISTRATION.id]
    for request in requests:
        if asked.registered and request.to_confirm:
            registration.move_request(request=request, to="confirmed", at=at, reason="A registration is on record.")
        elif asked.registered or (not asked.conflict and not is_behind(request, asked, at)):
            registration.move_request(request=request, to="stopped", at=at, reason="Its answer stands no more.")


def is_behind(request: RegistrationRequest, asked: QuestionStanding, at: datetime) -> bool:
    """Whether the answer that stands is the one that asked for this request, and is held no more."""
    return asked.line == request.asked_by and asked.decision == Answer.YES and not is_held(asked, at)


def stands_as_yes(held: facts.Held, entry: Entry) -> bool:
    asked = held.standing(timezone.now()).questions[GMS_REGISTRATION.id]
    return asked.line == entry.hash and asked.decision == Answer.YES and not asked.registered


@transaction.atomic
def move_request(*, request: RegistrationRequest, to: str, user: User, reason: str = "") -> None:
    """Take a registration request one step on; a confirmed one goes into the record. Raises NotPossible."""
    now = timezone.now()
    held = facts.hold(request.patient)
    if to == "made":
        check_stands(held, request, now)
    registration.move_request(request=request, to=to, at=now, reason=reason)
    if to == "confirmed":
        record_note(
            patient=request.patient, kind="registered", by=staff(user), question=GMS_REGISTRATION.id, reason=reason
        )


def check_stands(held: facts.Held, request: RegistrationRequest, now: datetime) -> None:
    """Nothing is sent on an answer that stands no more or is held, or for somebody who is away or has left."""
    standing = held.standing(now)
    _, rule = facts.rule_for(standing, GMS_REGISTRATION.id, now)
    if rule.code != "7" or not is_behind(request, standing.questions[GMS_REGISTRATION.id], now):
        raise NotPossible("This registration may not be sent now. Look at the person's page for the reason.")


@transaction.atomic
def begin_request(*, patient: Patient, user: User) -> RegistrationRequest:
    """Open the work for a yes whose hold by hours has run out. Raises NotPossible."""
    now = timezone.now()
    standing = facts.hold(patient).standing(now)
    asked = standing.questions[GMS_REGISTRATION.id]
    _, rule = facts.rule_for(standing, GMS_REGISTRATION.id, now)
    if rule.code != "7":
        raise NotPossible("There is no yes that may be sent now.")
    request = registration.open_request(patient=patient, asked_by=asked.line, at=now)
    if request is None:
        raise NotPossible("A request is open already.")
    return request
