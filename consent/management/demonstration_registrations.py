"""Invented people on their way from "yes" to "registered", for the demonstration."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.models import User

from consent import actions, facts
from consent.policy import Answer
from consent.questions import GMS_REGISTRATION
from registration.legal_status import LegalStatus
from registration.models import Patient
from registration.movements import Direction

if TYPE_CHECKING:
    from consent.management.commands.demo import Story

LEEDS, MOORLAND = "LEI", "MDI"


def to_make(story: "Story") -> None:
    person = story.comes("A1040DA", "Ali Beispiel", 8, LegalStatus.SENTENCED, sex="male")
    said_yes(story, person, 7)
    actions.keep_details(
        patient=person, birth_town="Sampleton", last_gp="Dr Example, The Invented Surgery", postcode_before="ZZ99 3VZ"
    )


def made_elsewhere(story: "Story") -> None:
    person = story.comes("A1041DA", "Nic Nobody", 9, LegalStatus.SENTENCED, prison=MOORLAND)
    said_yes(story, person, 8, "made")
    story.moves(person, 0.03, Direction.OUT, "TRANSFERRED", MOORLAND)
    story.moves(person, 0.01, Direction.IN, "TRANSFERRED", LEEDS)


def taken_back(story: "Story") -> None:
    person = story.comes("A1042DA", "Toni Trial", 12, LegalStatus.REMAND)
    said_yes(story, person, 11, "made", "confirmed")
    by = actions.staff(story.nurse)
    actions.decide(patient=person, question=GMS_REGISTRATION.id, answer=Answer.WITHDRAWN, by=by, route="talk")


def said_yes(story: "Story", person: Patient, days: float, *steps: str) -> None:
    """So many days ago; checked before sending just now, and taken these steps further."""
    story.says(person, GMS_REGISTRATION.id, Answer.YES, days)
    asked = facts.standing_of(person).questions[GMS_REGISTRATION.id]
    by = actions.staff(story.nurse)
    actions.second_look(patient=person, by=by, decision=asked.line, prison=LEEDS, route="talk")
    for to in steps:
        request = person.registration_requests.get()
        actions.move_request(request=request, to=to, user=story.nurse, still_here=True)


def enter_older_answers(now: datetime) -> None:
    """In the clinical record stands what was answered before yesterday, but for one that was forgotten."""
    by = actions.staff(User.objects.get(username="registrar"))
    for person in Patient.objects.filter(merged_into=None).exclude(prison_number="A1006DA"):
        answers = facts.standing_of(person).questions.values()
        lines = [a.line for a in answers if a.decided_at and a.decided_at < now - timedelta(days=1.5)]
        if lines:
            actions.record_note(patient=person, kind="entered-in-clinical-record", by=by, refers=tuple(lines))


CHAPTERS = (to_make, made_elsewhere, taken_back)
