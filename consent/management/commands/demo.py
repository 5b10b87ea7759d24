"""Invented staff and people for a demonstration, put in by the same actions that real ones go through."""

import json
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from consent import actions
from consent.management import demonstration_leaving, demonstration_lists, demonstration_registrations
from consent.models import Entry, Post, Tablet
from consent.policy import Answer
from consent.questions import GMS_REGISTRATION, GP_RECORD, QUESTIONS
from consent.roles import Role
from registration.identifiers import check_digit
from registration.legal_status import LegalStatus
from registration.models import Patient
from registration.movements import Direction, Movement, Source

PASSWORD = "invented people only"
LEEDS, MOORLAND, WETHERBY = "LEI", "MDI", "WYI"
# User name: first name, roles, and the prison at which they hold them (none: at every prison).
STAFF: dict[str, tuple[str, list[Role], str | None]] = {
    "nurse": ("Nadia", [Role.RECEPTION, Role.CLINICIAN], LEEDS),
    "registrar": ("Rowan", [Role.REGISTRAR], LEEDS),
    "clinician": ("Chris", [Role.CLINICIAN], None),
    "manager": ("Mo", [Role.MANAGER], LEEDS),
    "auditor": ("Ada", [Role.AUDITOR], None),
    "reviewer": ("Robin", [Role.REVIEWER], None),
}


class Command(BaseCommand):
    help = "Loads demonstration staff and invented people. A second run adds nothing. Refuses in production."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.IS_DEMONSTRATION:
            raise CommandError("MODE is production: invented people do not belong there. Nothing was added.")
        with transaction.atomic():
            staff = add_staff()
            add_tablets()
            people = 0 if actions.is_known("A1001DA") else add_people(timezone.now())
        self.stdout.write(f"Demonstration: {people} people and {staff} members of staff added.\n")
        self.stdout.write(f"  Start    {settings.SITE_ADDRESS}/")
        self.stdout.write(f"  Tablet   {settings.SITE_ADDRESS}/kiosk/?demonstration=1 (2: another one)")
        self.stdout.write(f"  Staff    {settings.SITE_ADDRESS}/staff/")
        self.stdout.write(f"  Sign in as {', '.join(STAFF)}; the password is: {PASSWORD}")


def add_staff() -> int:
    new = [name for name in STAFF if not User.objects.filter(username=name).exists()]
    for name in new:
        User.objects.create_user(name, password=PASSWORD, first_name=STAFF[name][0])
    for name, (_first_name, roles, prison) in STAFF.items():
        user = User.objects.get(username=name)
        if not user.posts.exists():
            Post.objects.bulk_create(Post(user=user, role=role, prison_id=prison) for role in roles)
    return len(new)


def add_tablets() -> None:
    """Two at Leeds: a browser becomes one of them at the address that is printed (consent/kiosk/enrolling.py)."""
    for name in ("Reception 1", "Reception 2"):
        Tablet.objects.get_or_create(
            prison_id=LEEDS,
            name=name,
            defaults={"enrolled_at": timezone.now(), "enrolled_by": User.objects.get(username="manager")},
        )


def add_people(now: datetime) -> int:
    story = Story(now, User.objects.get(username="nurse"))
    for chapter in CHAPTERS:
        chapter(story)
    demonstration_registrations.enter_older_answers(now)
    actions.receive_message(**not_understood(now))
    return Patient.objects.count()


class Story:
    """What happens to one invented person after another, told in days ago."""

    def __init__(self, now: datetime, nurse: User) -> None:
        self.now, self.nurse = now, nurse

    def ago(self, days: float) -> datetime:
        """So many days ago; whole days at ten to five, when the vans come."""
        at = self.now - timedelta(days=days)
        if days >= 1:
            at = timezone.make_aware(datetime.combine(timezone.localdate(at), time(16, 50)))
        return at

    def in_days(self, days: int) -> date:
        return timezone.localdate(self.now) + timedelta(days=days)

    def comes(self, number: str, names: str, days: float, status: LegalStatus, **more: Any) -> Patient:
        given, _, family = names.rpartition(" ")
        prison, reason = more.pop("prison", LEEDS), more.pop("reason", "NEW_ADMISSION")
        seen = Movement(self.ago(days), Direction.SEEN, prison=prison, source=Source.ROLL)
        came = Movement(self.ago(days), Direction.IN, reason, prison=prison)
        person = actions.receive_person(
            number=number,
            movement=came if reason else seen,
            user=self.nurse,
            legal_status=status,
            described={
                "given_names": given,
                "family_name": family,
                "date_of_birth": more.pop("born", date(1988, 5, 14)),
                "home_gp": more.pop("home_gp", "yes"),
                "language": more.pop("language", "en"),
            },
        )
        if more:
            actions.describe_patient(patient=person, **more)
        return person

    def moves(self, person: Patient, days: float, direction: Direction, reason: str, prison: str) -> None:
        movement = Movement(self.ago(days), direction, reason, prison=prison)
        actions.record_movement(patient=person, movement=movement, by=self.nurse.username)

    def says(self, person: Patient, question: str, answer: Answer, days: float, **details: Any) -> Entry:
        # Two hours after arriving, by talking: a demonstration has no tablet to show.
        return actions.decide(
            patient=person,
            question=question,
            answer=answer,
            by=actions.staff(self.nurse),
            route=details.pop("route", "talk"),
            at=min(self.ago(days) + timedelta(hours=2), self.now),
            **details,
        )


def nhs_number(nth: int) -> str:
    """The nth number of the range that is kept for tests (999...), with its check digit."""
    first = f"999{nth:06d}"
    digit = check_digit(first)
    return nhs_number(nth + 500) if digit == 10 else f"{first}{digit}"


def on_remand(story: Story) -> None:
    story.comes("A1001DA", "Sam Sandbox", 0.1, LegalStatus.REMAND, nhs_number=nhs_number(1), sex="male")


def sentenced(story: Story) -> None:
    story.comes("A1002DA", "Terry Testcase", 0.12, LegalStatus.SENTENCED, nhs_number=nhs_number(2), sex="male")


def recalled(story: Story) -> None:
    story.comes("A1003DA", "Robin Recallsson", 1, LegalStatus.RECALL, home_gp="no", born=date(1971, 11, 2))


def immigration(story: Story) -> None:
    story.comes(
        "A1004DA",
        "Mehari Mockup",
        2,
        LegalStatus.IMMIGRATION_DETAINEE,
        language="ti",
        needs_interpreter=True,
        home_gp="unsure",
    )


def without_name(story: Story) -> None:
    story.comes("A1005DA", "", 0.15, LegalStatus.UNKNOWN, born=None, home_gp="unsure", language="")


def later_overdue(story: Story) -> None:
    person = story.comes("A1006DA", "Pat Placeholder", 12, LegalStatus.REMAND, communication_needs="Large print")
    for question in QUESTIONS:
        story.says(person, question.id, Answer.LATER, 12)


def later_coming(story: Story) -> None:
    person = story.comes("A1007DA", "Alex Anyname", 2, LegalStatus.CONVICTED_UNSENTENCED)
    story.says(person, GP_RECORD.id, Answer.YES, 2)
    story.says(person, GMS_REGISTRATION.id, Answer.LATER, 2)


def held_and_transferred(story: Story) -> None:
    person = story.comes("A1008DA", "Jordan Dummydata", 6, LegalStatus.SENTENCED, prison=MOORLAND)
    story.says(person, GP_RECORD.id, Answer.NO, 6)
    story.says(person, GMS_REGISTRATION.id, Answer.YES, 6)
    story.moves(person, 1.5, Direction.OUT, "TRANSFERRED", MOORLAND)
    story.moves(person, 1, Direction.IN, "TRANSFERRED", LEEDS)


def said_no(story: Story) -> None:
    person = story.comes("A1009DA", "Kim Fictional", 2, LegalStatus.SENTENCED)
    for question in QUESTIONS:
        story.says(person, question.id, Answer.NO, 2)


def two_records(story: Story) -> None:
    """Booked in under two numbers; said yes under one and no under the other; then the numbers are joined."""
    one = story.comes("A1010DA", "Lee Duplicate", 4, LegalStatus.REMAND)
    story.says(one, GMS_REGISTRATION.id, Answer.YES, 4)
    other = story.comes("A1011DA", "Leigh Duplicate", 3, LegalStatus.REMAND)
    story.says(other, GMS_REGISTRATION.id, Answer.NO, 3)
    event = {
        "eventType": "prison-offender-events.prisoner.merged",
        "occurredAt": story.ago(1).isoformat(),
        "additionalInformation": {"nomsNumber": "A1010DA", "removedNomsNumber": "A1011DA", "reason": "MERGE"},
    }
    actions.receive_message(item=event, raw=json.dumps(event))


def from_the_roll(story: Story) -> None:
    story.comes("A1012DA", "Morgan Madeup", 30, LegalStatus.SENTENCED, reason="")


def under_18(story: Story) -> None:
    born = timezone.localdate() - timedelta(days=int(16.5 * 365))
    story.comes("A1013DA", "Charlie Pretend", 1, LegalStatus.REMAND, prison=WETHERBY, born=born)


def sensitive(story: Story) -> None:
    story.comes("A1014DA", "Casey Invented", 2, LegalStatus.SENTENCED, is_sensitive=True)


def at_court(story: Story) -> None:
    person = story.comes("A1015DA", "Drew Notreal", 5, LegalStatus.REMAND)
    story.says(person, GP_RECORD.id, Answer.LATER, 5)
    story.moves(person, 0.2, Direction.OUT, "SENT_TO_COURT", LEEDS)


def no_then_sentenced(story: Story) -> None:
    person = story.comes("A1016DA", "Jamie Specimen", 20, LegalStatus.REMAND)
    for question in QUESTIONS:
        story.says(person, question.id, Answer.NO, 20)
    actions.record_legal_status(
        patient=person, status=LegalStatus.SENTENCED, at=story.ago(1), source="told by court (nurse)"
    )


def imported_yes(story: Story) -> None:
    story.comes("A1017DA", "Frankie Exampleton", 40, LegalStatus.SENTENCED, nhs_number=nhs_number(17))
    actions.import_decision(
        number="A1017DA",
        question=GMS_REGISTRATION.id,
        answer=Answer.YES.value,
        at=story.ago(39),
        prison_id=LEEDS,
        recorded_by="A clinic before this system",
        source="clinical system",
    )


CHAPTERS: tuple[Callable[[Story], None], ...] = (
    on_remand,
    sentenced,
    recalled,
    immigration,
    without_name,
    later_overdue,
    later_coming,
    held_and_transferred,
    said_no,
    two_records,
    from_the_roll,
    under_18,
    sensitive,
    at_court,
    no_then_sentenced,
    imported_yes,
    *demonstration_lists.CHAPTERS,
    *demonstration_registrations.CHAPTERS,
    *demonstration_leaving.CHAPTERS,
)


def not_understood(now: datetime) -> dict[str, Any]:
    event = {
        "eventType": "prisoner-offender-search.prisoner.received",
        "occurredAt": now.isoformat(),
        "additionalInformation": {"nomsNumber": "A1018DA", "reason": "ARRIVED_BY_BALLOON", "prisonId": LEEDS},
    }
    return {"item": event, "raw": json.dumps(event, indent=2)}
