"""Count what managers see, before they look."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from consent import facts
from consent.counts import keeping, weekly
from consent.models import Status
from registration.models import Prison


class Command(BaseCommand):
    help = (
        "Counts, at each prison that has people, the weeks that were over a week ago and are not counted yet. Run it "
        "every night: the page Counts then has all of a manager's prisons beside each other, and opens at once."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        mondays = weekly.weeks_before(timezone.localdate())
        prisons = Prison.objects.filter(pk__in=Status.objects.exclude(prison=None).values("prison")).order_by("pk")
        for prison in prisons:
            keeping.weeks(prison, mondays, facts.INTERVALS)
        if options["verbosity"]:
            self.stdout.write(f"{len(mondays)} weeks are counted at {len(prisons)} prisons.")
