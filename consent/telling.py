"""What of a person chooses the words they are told: the same on a tablet and on paper."""

from consent import actions, facts
from consent.policy import Outcome
from consent.standing import HOLD_SECOND_LOOK, Standing
from registration.legal_status import LegalStatus
from registration.models import Patient

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


def facts_told(person: Patient, standing: Standing) -> dict[str, str]:
    """The parts of a Situation (consent/journey.py) that are facts about a person, by name."""
    return {
        "legal": WORDING.get(standing.legal_status, "unknown"),
        "home_gp": person.home_gp,
        "registered": "yes" if was_registered(person, standing) else "unknown",
        "transferred": "yes" if standing.transferred else "no",
        "held": "yes" if actions.hold_for(standing.prison) == HOLD_SECOND_LOOK else "no",
    }


def was_registered(person: Patient, standing: Standing) -> bool:
    """With the prison GP, in an earlier time in prison, as far as the record says."""
    lines, since = facts.history_of(person).lines, standing.opened_at
    in_error = {name for line in lines if line.kind == "error" for name in line.refers}
    return any(line.kind == "registered" and line.id not in in_error and since and line.at < since for line in lines)
