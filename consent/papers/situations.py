"""What chooses the words of a paper for one person: the same as on a tablet (consent/kiosk/visits.py)."""

from datetime import datetime

from consent import actions, facts
from consent.journey import Situation
from consent.policy import Answer, Outcome
from consent.questions import GMS_REGISTRATION, QUESTIONS
from consent.standing import HOLD_SECOND_LOOK, QuestionStanding, Standing
from registration.actions import NotPossible
from registration.legal_status import LegalStatus
from registration.models import Patient

UNDECIDED = (None, Answer.LATER, Answer.NOT_POSSIBLE)
ASKED = {Outcome.OFFER, Outcome.ASK_AGAIN, Outcome.FRESH_LOOK}
# Convicted and waiting for a sentence is remand too: both may go home from court (domain.md 10).
WORDING = {
    LegalStatus.REMAND: "remand",
    LegalStatus.CONVICTED_UNSENTENCED: "remand",
    LegalStatus.SENTENCED: "sentenced",
    LegalStatus.INDETERMINATE_SENTENCE: "sentenced",
    LegalStatus.RECALL: "recalled",
    LegalStatus.IMMIGRATION_DETAINEE: "immigration",
}


def situation_of(person: Patient, standing: Standing, at: datetime) -> Situation:
    """Raises NotPossible where nothing is to be asked: an answer that stands is not asked for again."""
    rules = {q.id: facts.rule_for(standing, q.id, at)[1] for q in QUESTIONS}
    asks = [name for name, rule in rules.items() if is_asked(rule.code, rule.outcome, standing.questions[name])]
    if not asks:
        raise NotPossible(f"There is nothing to fill in. {rules[GMS_REGISTRATION.id].because}")
    return Situation(
        legal=WORDING.get(standing.legal_status, "unknown"),
        home_gp=person.home_gp,
        registered="yes" if was_registered(person, standing) else "unknown",
        transferred="yes" if standing.transferred else "no",
        length="whole",
        takes="all",
        asks=frozenset(asks),
        outcome=rules[GMS_REGISTRATION.id].outcome.value,
        decision=standing.questions[GMS_REGISTRATION.id].decision or "",
        held="yes" if actions.hold_for(standing.prison) == HOLD_SECOND_LOOK else "no",
    )


def is_asked(code: str, outcome: Outcome, asked: QuestionStanding) -> bool:
    """Whoever is not for a tablet (row 9) may be asked on paper, by someone who talks with them."""
    return outcome in ASKED or (code == "9" and not asked.conflict and asked.decision in UNDECIDED)


def was_registered(person: Patient, standing: Standing) -> bool:
    """With the prison GP, in an earlier time in prison, as far as the record says."""
    known = facts.history_of(person).lines
    return any(line.kind == "registered" and standing.opened_at and line.at < standing.opened_at for line in known)
