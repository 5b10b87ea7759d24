"""An answer confirmed on the tablet goes into the record, with what it was given in view of."""

import hashlib

from django.utils import timezone

from consent import actions
from consent.kiosk import screens
from consent.kiosk.visits import situation
from consent.ledger import canonical
from consent.models import Explanation, Presentation, Visit
from consent.policy import Answer
from consent.questions import GMS_REGISTRATION


def store(visit: Visit, question: str, answer: str) -> None:
    presentation = present(visit, question)
    actions.decide(
        patient=visit.patient,
        question=question,
        answer=Answer(answer),
        by=actions.PERSON,
        route="tablet",
        once=f"{visit.pk}:{visit.turn}:{question}",
        visit=str(visit.pk),
        vouched_by=visit.started_by.get_username(),
        presentation=presentation.hash,
        place=visit.prison_id,
        **({"interpreter": visit.state["interpreter"]} if visit.state.get("interpreter") else {}),
    )


def present(visit: Visit, question: str) -> Presentation:
    """Keep what the answer was given in view of."""
    state = visit.state
    now = timezone.now()
    body = {
        "question": question,
        "explanation": state["words"][question],
        "language": state["language"],
        "sentences": state["seen"].get(question, []),
        "not_shown": screens.not_shown(visit, question),
        "form": {"text": "bigger" if state.get("bigger") else "normal"},
        "order": state["order"],
        "situation": {name: value for name, value in situation(visit).axes().items() if name != "answer"},
        "checks": state["checks"] if question == GMS_REGISTRATION.id else {},
        "visit": f"{visit.pk}:{visit.turn}",
    }
    data = canonical(body)
    row = Presentation(
        hash=hashlib.sha256(data).hexdigest(),
        chain=visit.patient.record_id,
        explanation=Explanation.objects.get(hash=state["words"][question]),
        body=data.decode(),
        shown_at=now,
    )
    row.save()
    return row
