"""What became outside of a yes that a person takes back: what can still be undone, and what cannot."""

from datetime import datetime
from enum import Enum

from consent.policy import Answer
from consent.questions import GP_RECORD
from consent.standing import QuestionStanding
from registration.models import RegistrationRequest


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
