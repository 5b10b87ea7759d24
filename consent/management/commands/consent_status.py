"""What staff would be told about one person, now or at an earlier time."""

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from consent import facts
from consent.questions import QUESTIONS
from consent.standing import Standing
from registration import actions as registration
from registration.custody import State
from registration.feeds.prison_events import POSSIBLE_YEARS
from registration.identifiers import NotAnIdentifier, prison_number
from registration.models import Patient


class Command(BaseCommand):
    help = "Says whether a person is asked, when, and why. --at counts only what happened at or before that time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("prison_number")
        parser.add_argument("--at", metavar="ISO-TIME", help="a time like 2026-11-21T10:15:00+00:00; now when left out")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            number = prison_number(options["prison_number"])
            at = moment(options["at"]) if options["at"] else timezone.now()
        except NotAnIdentifier as problem:
            raise CommandError(str(problem), returncode=2) from problem
        patient = Patient.objects.filter(prison_number=number).select_related("merged_into").first()
        if patient:
            patient = registration.survivor(patient)
            number = patient.prison_number
        told = status(number, facts.standing_of(patient, at) if patient else facts.stand(facts.History()), at)
        self.stdout.write(json.dumps(told) if options["json"] else in_words(told))


def status(number: str, standing: Standing, at: datetime) -> dict[str, Any]:
    state = standing.state_at(at)
    here = state not in (State.NONE, State.CLOSED, State.DECEASED)
    questions = {}
    for question in reversed(QUESTIONS):
        facts_now, rule = facts.rule_for(standing, question.id, at)
        due = rule.due(facts_now)
        questions[question.id] = {
            "outcome": rule.outcome.value,
            "rule": rule.code,
            "because": rule.because,
            "due": due.isoformat() if due else None,
            "decision": facts_now.decision.value if facts_now.decision else None,
            "held": facts_now.held,
        }
    return {
        "prison_number": number,
        "custody": {
            "state": state.value,
            "prison": standing.prison if here else None,
            "since": standing.since.isoformat() if standing.since else None,
        },
        "questions": questions,
    }


def in_words(told: dict[str, Any]) -> str:
    custody = told["custody"]
    lines = [f"{told['prison_number']}: {custody['state']} {custody['prison'] or ''}".rstrip()]
    for name, asked in told["questions"].items():
        due = f", due {asked['due']}" if asked["due"] else ""
        lines.append(f"{name}: {asked['outcome']}{due} (rule {asked['rule']}). {asked['because']}")
    return "\n".join(lines)


def moment(text: str) -> datetime:
    """An ISO time; without an offset it is taken as local time. Raises CommandError."""
    try:
        at = datetime.fromisoformat(text)
        if at.year not in POSSIBLE_YEARS:
            raise ValueError
        return at if at.tzinfo else timezone.make_aware(at)
    except (ValueError, OverflowError) as problem:
        raise CommandError(f"{text!r} is not a time like 2026-11-21T10:15:00+00:00.", returncode=2) from problem
