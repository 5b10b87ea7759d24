"""What is asked of one person on paper, and in which words."""

from datetime import datetime

from consent import facts, telling
from consent.journey import Situation
from consent.policy import Answer, Outcome
from consent.questions import GMS_REGISTRATION, QUESTIONS
from consent.standing import QuestionStanding, Standing
from registration.actions import NotPossible
from registration.models import Patient

UNDECIDED = (None, Answer.LATER, Answer.NOT_POSSIBLE)


def situation_of(person: Patient, standing: Standing, at: datetime) -> Situation:
    """Raises NotPossible where nothing is to be asked: an answer that stands is not asked for again."""
    rules = {q.id: facts.rule_for(standing, q.id, at)[1] for q in QUESTIONS}
    asks = [name for name, rule in rules.items() if is_asked(rule.code, rule.outcome, standing.questions[name])]
    if not asks:
        raise NotPossible(f"There is nothing to fill in. {rules[GMS_REGISTRATION.id].because}")
    return Situation(
        **telling.facts_told(person, standing),
        length="whole",
        takes="all",
        asks=frozenset(asks),
        outcome=rules[GMS_REGISTRATION.id].outcome.value,
        decision=standing.questions[GMS_REGISTRATION.id].decision or "",
    )


def is_asked(code: str, outcome: Outcome, asked: QuestionStanding) -> bool:
    """Whoever is not for a tablet (row 9) may be asked on paper, by someone who talks with them."""
    return outcome in telling.ASKED or (code == "9" and not asked.conflict and asked.decision in UNDECIDED)
