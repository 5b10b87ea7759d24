"""Bring any empty or older database up to date."""

import csv
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

import registration.actions
from consent import actions, database_roles
from consent.models import Status

PRISONS = Path(registration.actions.__file__).parent / "prisons.csv"


class Command(BaseCommand):
    help = (
        "Migrations, prisons, published explanations, rights of database roles. Loads no people; safe to run again at "
        "every deployment."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        with PRISONS.open(newline="") as file:
            changed = actions.load_prisons(rows=list(csv.DictReader(file)))
        self.stdout.write(f"Database up to date; {changed} prisons added or changed.")
        call_command("publish", stdout=self.stdout)
        if Status.objects.filter(waits="").exists():
            self.stdout.write(f"What stands was worked out anew for {actions.rebuild_status()} people.")
        self.give_rights()

    def give_rights(self) -> None:
        """On PostgreSQL, to the roles that are named: see docs/production.md."""
        roles = {"application": settings.APPLICATION_ROLE, "checkpoint": settings.CHECKPOINT_ROLE}
        for to, role in roles.items():
            if not role:
                continue
            if connection.vendor != "postgresql":
                raise CommandError(f"{role}: only PostgreSQL has roles. Unset it, or set DATABASE_URL.")
            try:
                tables = database_roles.give_rights(role=role, to=to)
            except ImproperlyConfigured as problem:
                raise CommandError(str(problem)) from None
            self.stdout.write(f"Role {role}: rights of the {to} on {tables} tables.")
