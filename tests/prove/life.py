"""Lives made up at random: people come, answer, are moved, joined, corrected, registered and erased.

Everything goes through the product's own actions; what they refuse is not done. One seed, one life.
"""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from consent import actions
from consent.kiosk import moves, screens, visits
from consent.models import Entry
from consent.policy import Answer
from consent.proof.checkpoints import make
from registration.actions import NotPossible, prison_named
from registration.legal_status import LegalStatus
from registration.models import Patient, RegistrationRequest
from tests.enrolled import enrolled

PRISONS = ["LEI", "HLI", "MDI"]
GMS, GP = "gms-registration", "gp-record"


class Life:
    """A small world. ``days`` is how long ago it began; time in it only goes forward."""

    def __init__(self, seed: int, key: Path | None = None, days: int = 30) -> None:
        self.dice = random.Random(seed)
        self.seed = seed
        self.key = key
        self.now = timezone.now() - timedelta(days=days)
        self.people: list[str] = []
        for name in PRISONS:
            prison_named(name)
        self.nurse = User.objects.get_or_create(username="nurse")[0]
        self.doctor = User.objects.get_or_create(username="doctor")[0]

    def goes_on(self, steps: int) -> None:
        for _ in range(steps):
            self.step()

    def step(self) -> str:
        """One thing happens; returns its name."""
        self.now = min(self.now + timedelta(hours=self.dice.expovariate(0.5)), timezone.now())
        deeds: list[Callable[[], Any]] = [self.comes] if len(self.people) < 3 else list(self.deeds())
        deed = self.dice.choice(deeds)
        try:
            deed()
        except NotPossible:
            return f"{deed.__name__} (refused)"
        return deed.__name__

    def deeds(self) -> list[Callable[[], Any]]:
        often = [self.says, self.says, self.on_a_tablet, self.moves_on, self.moves_on, self.is_looked_at]
        return [
            *often,
            self.comes,
            self.changes_status,
            self.is_checked,
            self.looks_again,
            self.was_an_error,
            self.is_joined,
            self.is_described,
            self.is_registered,
            self.is_erased,
            self.is_signed,
        ]

    # -- who, when, what ----------------------------------------------------------------------------------------------

    def someone(self) -> Patient:
        return Patient.objects.get(prison_number=self.dice.choice(self.people))

    def message(self, kind: str, **more: Any) -> None:
        event = {
            "eventType": f"prisoner-offender-search.prisoner.{kind}",
            "version": 1,
            "occurredAt": self.now.isoformat(),
            "additionalInformation": more,
        }
        actions.receive_message(item=event, raw="")

    def before(self) -> datetime:
        return self.now - timedelta(minutes=self.dice.randrange(600))

    # -- deeds --------------------------------------------------------------------------------------------------------

    def comes(self) -> None:
        number = f"A{self.seed % 100:02d}{len(self.people) % 100:02d}{self.dice.choice('ABCDEFGH')}Z"
        self.message("received", nomsNumber=number, reason="NEW_ADMISSION", prisonId=self.dice.choice(PRISONS))
        if number not in self.people:
            self.people.append(number)

    def moves_on(self) -> None:
        kind, reason = self.dice.choice(
            [
                ("released", "TRANSFERRED"),
                ("received", "TRANSFERRED"),
                ("released", "SENT_TO_COURT"),
                ("received", "RETURN_FROM_COURT"),
                ("released", "RELEASED"),
                ("received", "READMISSION"),
            ]
        )
        number, prison = self.dice.choice(self.people), self.dice.choice(PRISONS)
        self.message(kind, nomsNumber=number, reason=reason, prisonId=prison)

    def says(self) -> None:
        typed = {"interpreter": "Interpreter Canary"} if self.dice.random() < 0.2 else {}
        actions.decide(
            patient=self.someone(),
            question=self.dice.choice([GMS, GMS, GP]),
            answer=self.dice.choice(list(Answer)),
            by=actions.staff(self.nurse),
            route=self.dice.choice(["talk", "paper"]),
            at=self.before(),
            **typed,
        )

    def on_a_tablet(self) -> None:
        visit, code = visits.start(patient=self.someone(), place="wing", user=self.nurse, reason="asked to")
        tablet, _secret = enrolled(visit.prison_id)
        if visits.take_up(code=code, tablet=tablet) is None:
            return
        for _ in range(30):
            visit = visits.on_tablet(tablet)
            if visit is None:
                return
            step = screens.current(visit).step.id
            do, answer = "next", ""
            if step in ("choose", "gp-record"):
                do, answer = "confirm", self.dice.choice(["yes", "no", "later"])
            elif step == "second-look":
                do = "still"
            elif step.startswith("check-"):
                do = f"check:{self.dice.choice(['first', 'second', 'unsure', 'skipped'])}"
            elif step == "you":
                do = "me"
            elif step == "language":
                do = "language:en-GB"
            elif step == "on-paper":
                do = "paper:none"
            elif step == "onward":
                do = "go"
            elif self.dice.random() < 0.05:
                do = "confirm-later"
            moves.press(visit=visit, do=do, turn=str(visit.turn), view="", answer=answer)

    def changes_status(self) -> None:
        status = self.dice.choice(list(LegalStatus))
        actions.record_legal_status(patient=self.someone(), status=status, at=self.before(), source="roll")

    def is_checked(self) -> None:
        actions.check_by_staff(
            patient=self.someone(), user=self.nurse, registered=self.dice.random() < 0.2, seen="nothing"
        )

    def looks_again(self) -> None:
        person = self.someone()
        lines = Entry.objects.filter(chain=person.record_id, kind="decision").order_by("-seq")
        if line := lines.first():
            actions.second_look(
                patient=person, by=actions.staff(self.nurse), decision=line.hash, prison="LEI", route="talk", reason="r"
            )

    def was_an_error(self) -> None:
        chain = self.someone().record_id
        lines = list(Entry.objects.filter(chain=chain).order_by("seq"))
        if lines:
            actions.record_in_error(
                entry=self.dice.choice(lines), user=self.nurse, second=self.doctor, reason="Typed for Canary by mistake"
            )

    def is_joined(self) -> None:
        kept, removed = self.dice.sample(self.people, 2)
        event = {
            "eventType": "prison-offender-events.prisoner.merged",
            "version": 1,
            "occurredAt": self.now.isoformat(),
            "additionalInformation": {"nomsNumber": kept, "removedNomsNumber": removed, "reason": "MERGE"},
        }
        actions.receive_message(item=event, raw="")

    def is_described(self) -> None:
        actions.describe_patient(
            patient=self.someone(),
            family_name="Canary",
            date_of_birth=datetime(self.dice.randrange(1950, 2010), 5, 5).date(),  # noqa: DTZ001
            is_sensitive=self.dice.random() < 0.1,
        )

    def is_registered(self) -> None:
        if work := list(RegistrationRequest.objects.filter(state__in=["to-make", "made"]).order_by("pk")):
            request = self.dice.choice(work)
            to = self.dice.choice(["made", "confirmed", "rejected", "stopped"])
            actions.move_request(request=request, to=to, user=self.nurse, reason="Canary moved away", still_here=True)

    def is_looked_at(self) -> None:
        actions.looked(patient=self.someone(), who="nurse", what="page", prison="LEI")

    def is_erased(self) -> None:
        person = self.someone()
        numbers = [p.prison_number for p in [person, *person.merged_from.all()]]
        actions.erase_patient(patient=person, ground="retention")
        gone = set(Patient.objects.filter(prison_number__in=self.people).values_list("prison_number", flat=True))
        self.people = [number for number in self.people if number in gone and number not in numbers]

    def is_signed(self) -> None:
        if self.key:
            make(self.key, everything=self.dice.random() < 0.3)
