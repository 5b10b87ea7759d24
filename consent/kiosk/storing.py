"""An answer confirmed on the tablet goes into the record, with what it was given in view of."""

import hashlib
import json
from typing import Any

from django.conf import settings
from django.utils import timezone

from consent import actions
from consent.kiosk import screens, visits
from consent.kiosk.screens import Screen
from consent.kiosk.visits import situation
from consent.ledger import canonical
from consent.models import Explanation, Presentation, Visit
from consent.policy import FASTEST_READING, Answer, is_faster_than_reading
from consent.proof.check_record import words_hash
from consent.questions import GMS_REGISTRATION
from consent.standing import MISSED
from consent.words import content, voices
from consent.words.content import Words
from consent.words.local import general


def store(visit: Visit, question: str, answer: str, confirmed_on: Screen | None = None) -> None:
    """``confirmed_on``: the "is this right?" where its words are another question's, as those of "decide later" are."""
    presentation = present(visit, question, confirmed_on)
    is_hurried = faster_than_reading(json.loads(presentation.body)["pace"])
    explain = to_explain(visit, question, is_hurried) if answer == Answer.YES else []
    is_explained = not explain and not screens.not_shown(visit, question)
    if answer == Answer.YES and not is_explained and question == GMS_REGISTRATION.id:
        visit.state["held"] = "yes"  # it is checked first, whatever this prison has set
    actions.decide(
        patient=visit.patient,
        question=question,
        answer=Answer(answer),
        by=actions.PERSON,
        route="tablet",
        once=f"{visit.pk}:{visit.turn}:{question}",
        is_explained=is_explained,
        visit=str(visit.pk),
        tablet=visits.tablet_of(visit),
        vouched_by=visit.started_by.get_username(),
        presentation=presentation.hash,
        place=visit.prison_id,
        **({"faster_than_reading": True} if is_hurried else {}),
        **({"explain": explain} if explain else {}),
        **({"interpreter": visit.state["interpreter"]} if visit.state.get("interpreter") else {}),
    )


def to_explain(visit: Visit, question: str, is_hurried: bool) -> list[str]:
    """What a person has to talk over before this yes is acted on: points missed twice, an unchecked voice, a yes that
    came faster than anybody reads.

    A voice that no person has listened to is never the only support for a yes.
    """
    missed = visit.state["checks"] if question == GMS_REGISTRATION.id else {}
    twice = [name for name, tried in missed.items() if sum(p in MISSED for p in tried.get("passes", [])) >= 2]
    aloud = visit.state.get("aloud", {}).get(question, [])
    words = content.words(visit.state["words"][question])
    alone = bool(aloud) and not visit.state["interpreter"] and not voices.is_checked(words, aloud)
    return [f"check:{name}" for name in twice] + (["voice"] if alone else []) + (["pace"] if is_hurried else [])


def pace(visit: Visit, words: Words, seen: list[str]) -> dict[str, int]:
    """How many words were on the screen, and for how long in all; nothing of a visit that was not timed."""
    took = visit.state.get("took")
    if took is None:
        return {}
    return {
        "words": sum(len(words.sentence(name).split()) for name in seen),
        "seconds": round(took.get(words.question, 0)),
    }


def faster_than_reading(pace: dict[str, int]) -> bool:
    fastest = FASTEST_READING if settings.FASTEST_READING is None else settings.FASTEST_READING
    return bool(pace) and is_faster_than_reading(**pace, fastest=fastest)


def present(visit: Visit, question: str, confirmed_on: Screen | None) -> Presentation:
    """Keep what the answer was given in view of."""
    state = visit.state
    now = timezone.now()
    words = content.words(state["words"][question])
    seen, aloud = state["seen"].get(question, []), state.get("aloud", {}).get(question, [])
    body = {
        "question": question,
        **told(words, seen),
        "language": general(state["language"]),
        "not_shown": screens.not_shown(visit, question),
        "form": {
            "text": "bigger" if state.get("bigger") else "normal",
            "aloud": aloud,
            "voice_checked": bool(aloud) and voices.is_checked(words, aloud),
            "translation_checked": not content.unchecked(words, seen),
        },
        "order": state["order"],
        "situation": {name: value for name, value in situation(visit).axes().items() if name != "answer"},
        "checks": state["checks"] if question == GMS_REGISTRATION.id else {},
        "pace": pace(visit, words, seen),
        "visit": f"{visit.pk}:{visit.turn}",
    }
    if confirmed_on and confirmed_on.words.question != question:
        body["beside"] = told(confirmed_on.words, confirmed_on.shown)
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


def told(words: Words, sentences: list[str]) -> dict[str, Any]:
    """Which sentences of which explanation, in order, and a hash over their text."""
    return {
        "explanation": words.hash,
        "sentences": sentences,
        "words": words_hash(words.sentence(name) for name in sentences),
    }
