"""Of the demonstration: people who leave soon, may leave from court, or have left after it was sent."""

from datetime import date
from typing import Any

from consent import actions
from consent.policy import Answer
from consent.questions import GMS_REGISTRATION
from registration.legal_status import LegalStatus
from registration.models import RegistrationRequest
from registration.movements import Direction


def leaves_soon(story: Any) -> None:
    """Expected to leave in three weeks; said no, and is of an age at which a programme would call."""
    person = story.comes("A1019DA", "Ashley Shownhere", 60, LegalStatus.SENTENCED, sex="male", born=date(1968, 3, 9))
    story.says(person, GMS_REGISTRATION.id, Answer.NO, 60)
    actions.describe_patient(
        patient=person, expected_release=story.in_days(20), leaving_told_at=story.now, nhs_number="9990000190"
    )


def may_leave_from_court(story: Any) -> None:
    """On remand, in court in two days, reads Polish, and no sex is recorded."""
    person = story.comes("A1020DA", "Dana Standin", 9, LegalStatus.REMAND, language="pl", born=date(1972, 6, 1))
    story.says(person, GMS_REGISTRATION.id, Answer.LATER, 9)
    actions.describe_patient(patient=person, next_court=story.in_days(2), leaving_told_at=story.now)


def left_after_it_was_sent(story: Any) -> None:
    person = story.comes("A1021DA", "Chris Foremost", 70, LegalStatus.SENTENCED)
    said = story.says(person, GMS_REGISTRATION.id, Answer.YES, 70)
    by = actions.staff(story.nurse)
    actions.second_look(patient=person, by=by, decision=said.hash, prison="LEI", route="talk")
    work = RegistrationRequest.objects.get(patient=person)
    actions.move_request(request=work, to="made", user=story.nurse, still_here=True)
    story.moves(person, 3, Direction.OUT, "RELEASED", "LEI")


CHAPTERS = (leaves_soon, may_leave_from_court, left_after_it_was_sent)
