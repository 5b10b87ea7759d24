"""What of a person chooses the words they are told: the same on a tablet and on paper."""

from dataclasses import replace

from consent import actions, facts
from consent.history import HOLD_SECOND_LOOK
from consent.journey import ANSWERS, Situation
from consent.policy import Outcome
from consent.sent import is_hard_to_undo
from consent.standing import Standing
from consent.words.content import Words
from registration.legal_status import ON_REMAND, LegalStatus
from registration.models import Patient

ASKED = {Outcome.OFFER, Outcome.ASK_AGAIN, Outcome.FRESH_LOOK}
# Convicted and waiting for a sentence is remand too: both may go home from court (domain.md 10).
WORDING = {
    **dict.fromkeys(ON_REMAND, "remand"),
    LegalStatus.SENTENCED: "sentenced",
    LegalStatus.INDETERMINATE_SENTENCE: "sentenced",
    LegalStatus.RECALL: "recalled",
    LegalStatus.IMMIGRATION_DETAINEE: "immigration",
}


def facts_told(person: Patient, standing: Standing) -> dict[str, str]:
    """The parts of a Situation (consent/journey.py) that are facts about a person, by name."""
    hold = actions.hold_for(person, standing, standing.prison, is_explained=True)
    return {
        "legal": WORDING.get(standing.legal_status, "unknown"),
        "home_gp": person.home_gp,
        "registered": registered(person, standing),
        "transferred": "yes" if standing.transferred else "no",
        # As far as it can be told before they have heard it all: with the answer it is worked out anew.
        "held": "yes" if hold == HOLD_SECOND_LOOK else "no",
    }


def registered(person: Patient, standing: Standing) -> str:
    if is_hard_to_undo(person, standing):
        return "sent"
    return "yes" if was_registered(person, standing) else "unknown"


def was_registered(person: Patient, standing: Standing) -> bool:
    """With the prison GP, in an earlier time in prison, as far as the record says."""
    lines, since = facts.history_of(person).lines, standing.opened_at
    in_error = {name for line in lines if line.kind == "error" for name in line.refers}
    return any(line.kind == "registered" and line.id not in in_error and since and line.at < since for line in lines)


def may_be_told(words: Words, situation: Situation) -> list[str]:
    """The sentences that this person may meet, however far they go and whatever they answer: all but those for other
    people's situations."""
    ways = [replace(situation, length=length).axes(to) for length in ("first-night", "whole") for to in ("", *ANSWERS)]
    others = [card for card in words.cards if not any(card.fits(axes) for axes in ways)]
    not_told = {name for card in others for name, _ in card.sentences}
    asked = {check["id"] for axes in ways for check in words.checks_for(axes)}
    not_told |= {name for name in words.texts if name.startswith("check:") and name[6:].partition("/")[0] not in asked}
    return [name for name in words.texts if name not in not_told]
