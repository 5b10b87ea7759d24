"""Bring any empty or older database up to date."""

import csv
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

import registration.actions
from consent import actions

PRISONS = Path(registration.actions.__file__).parent / "prisons.csv"


class Command(BaseCommand):
    help = "Migrations, prisons, published explanations. Loads no people; safe to run again at every deployment."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        with PRISONS.open(newline="") as file:
            changed = actions.load_prisons(rows=list(csv.DictReader(file)))
        self.stdout.write(f"Database up to date; {changed} prisons added or changed.")
        call_command("publish", stdout=self.stdout)
