"""What became outside of a yes that a person takes back: what can still be undone, and what cannot."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from enum import Enum

from django.db.models import Q

from consent.policy import Answer
from consent.questions import GMS_REGISTRATION, GP_RECORD
from consent.standing import QuestionStanding, Standing
from registration.models import Patient, RegistrationRequest

OPEN_REQUEST = ("to-make", "made")


class Sent(Enum):
    NOTHING = "nothing"
    GP_ASKED = "gp-asked"
    MADE = "made"
    CONFIRMED = "confirmed"
    NOT_KNOWN = "not-known"  # they said yes before this system, or the confirmation was recorded in error
    ENDED = "ended"


# What taking it back does not undo by itself: somebody has to help.
NEEDS_HELP = {Sent.MADE, Sent.CONFIRMED, Sent.NOT_KNOWN}


def sent_of(asked: QuestionStanding, request: RegistrationRequest | None, begun: datetime | None) -> Sent:
    """``asked``: the yes, or what took its place; ``begun``: when this time in prison began."""
    if asked.question == GP_RECORD.id:
        return Sent.GP_ASKED if asked.task_done else Sent.NOT_KNOWN if asked.imported else Sent.NOTHING
    if asked.registered:
        return Sent.CONFIRMED
    if request is None:
        return Sent.NOTHING
    if request.state == "made":
        return Sent.MADE
    if begun is None or request.opened_at < begun:
        return Sent.NOTHING
    if request.state in ("confirmed", "ended"):
        return Sent.ENDED if request.state == "ended" else Sent.NOT_KNOWN
    return Sent.NOT_KNOWN if request.to_confirm and not was_looked_up(asked, request) else Sent.NOTHING


def was_looked_up(asked: QuestionStanding, request: RegistrationRequest) -> bool:
    """Whether staff closed this request themselves: one that follows the new answer is closed at its time or later."""
    if request.state == "to-make" or asked.decided_at is None:
        return False
    return asked.decision == Answer.YES or request.changed_at < asked.decided_at


def is_hard_to_undo(person: Patient, standing: Standing) -> bool:
    """Whether they said yes to registering in this time in prison and it has gone out, as far as anybody knows."""
    asked, request = standing.questions[GMS_REGISTRATION.id], requests_of([person]).get(person.pk)
    return asked.decision is not None and sent_of(asked, request, standing.opened_at) in NEEDS_HELP


def in_turn(requests: Iterable[RegistrationRequest]) -> list[RegistrationRequest]:
    """Oldest first, then one that is still to be made, then one that was made: the last one is the one that matters."""
    return sorted(requests, key=lambda request: (request.state in OPEN_REQUEST, request.state == "made", request.pk))


def requests_of(people: Collection[Patient]) -> Mapping[int, RegistrationRequest]:
    """The newest registration request of each of these people, by the patient who stands for the person."""
    of_them = Q(patient__in=people) | Q(patient__merged_into__in=people)
    rows = in_turn(RegistrationRequest.objects.filter(of_them).select_related("patient", "made_in"))
    return {request.patient.merged_into_id or request.patient_id: request for request in rows}
