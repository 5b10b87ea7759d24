"""Retention: erase who somebody was, when the period is over or when it was asked for."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from consent import actions
from registration.actions import NotPossible
from registration.identifiers import NotAnIdentifier, prison_number
from registration.models import Message, Patient

NOT_SET = "not configured, so none is erased"


class Command(BaseCommand):
    help = (
        "With --due: erases old messages (RETENTION_MESSAGES_DAYS), everyone who left prison long enough ago "
        "(RETENTION_PATIENT_YEARS), and whoever was expected and never came (RETENTION_EXPECTED_DAYS). With a prison "
        "number: that person. What was recorded stays, naming nobody, and every proof of it still holds."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", nargs="?", help="the prison number of one person whose erasure was granted")
        parser.add_argument("--due", action="store_true", help="everything whose period of retention is over")
        parser.add_argument("--dry-run", action="store_true", help="say what would be erased, and erase nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["number"]) == options["due"]:
            raise CommandError("Say what to erase: one prison number, or --due.")
        if options["due"]:
            steps = (self.messages, self.people, self.expected)
            erased = sum(step(options["dry_run"]) for step in steps)
        else:
            erased = self.one(options["number"], options["dry_run"])
        if erased and not options["dry_run"]:
            self.scrub()

    def one(self, number: str, dry_run: bool) -> int:
        try:
            patient = Patient.objects.get(prison_number=prison_number(number))
            if dry_run:
                self.stdout.write("1 person would be erased.")
                return 0
            actions.erase_patient(patient=patient, ground="request")
        except (NotAnIdentifier, Patient.DoesNotExist):
            raise CommandError(f"Nobody is known by the number {number}. Check it.") from None
        except NotPossible as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write("1 person erased.")
        return 1

    def messages(self, dry_run: bool) -> int:
        days = settings.RETENTION_MESSAGES_DAYS
        if days is None:
            self.stdout.write(f"Messages: {NOT_SET} (RETENTION_MESSAGES_DAYS).")
            return 0
        before = timezone.now() - timedelta(days=days)
        if dry_run:
            count = Message.objects.filter(received_at__lt=before).exclude(body="").count()
            self.stdout.write(f"Messages older than {days} days: {count} would be erased.")
            return 0
        count = actions.erase_messages(before=before)
        self.stdout.write(f"Messages older than {days} days: {count} erased.")
        return count

    def people(self, dry_run: bool) -> int:
        years = settings.RETENTION_PATIENT_YEARS
        if years is None:
            self.stdout.write(f"People: {NOT_SET} (RETENTION_PATIENT_YEARS).")
            return 0
        people = actions.due_for_erasure(left_before=years_ago(years, timezone.now()))
        return self.each(f"People who left more than {years} years ago", people, dry_run)

    def expected(self, dry_run: bool) -> int:
        days = settings.RETENTION_EXPECTED_DAYS
        if days is None:
            self.stdout.write(f"People who never came: {NOT_SET} (RETENTION_EXPECTED_DAYS).")
            return 0
        people = actions.never_came(expected_before=timezone.localdate() - timedelta(days=days))
        return self.each(f"People who were expected more than {days} days ago and never came", people, dry_run)

    def each(self, who: str, people: list[Patient], dry_run: bool) -> int:
        if dry_run:
            self.stdout.write(f"{who}: {len(people)} would be erased.")
            return 0
        for person in people:
            actions.erase_patient(patient=person, ground="retention")
        self.stdout.write(f"{who}: {len(people)} erased.")
        return len(people)

    def scrub(self) -> None:
        """Out of the file as well: a row that is gone may still be read in the space that it took."""
        if connection.vendor == "sqlite":
            if not connection.in_atomic_block:
                with connection.cursor() as cursor:
                    cursor.execute("VACUUM")
                    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return
        self.stdout.write(
            "On PostgreSQL the space of erased rows is written over in time; to have it gone now, the owner of the "
            "tables runs VACUUM FULL. Backups and archived WAL keep what they hold until they are deleted themselves."
        )


def years_ago(years: int, now: datetime) -> datetime:
    try:
        return now.replace(year=now.year - years)
    except ValueError:  # 29 February
        return now.replace(year=now.year - years, day=28)
