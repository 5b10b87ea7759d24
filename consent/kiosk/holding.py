"""Who holds the tablet: they say that it is them or somebody else, they stop, or nobody is there any more."""

from django.utils import timezone

from consent.journey import DONE, Kind, Step
from consent.kiosk import visits
from consent.models import Visit

# All that can be pressed before whoever holds the tablet has said that it is them.
BEFORE_THEY_SAY_SO = {"me", "not-me", "back", "help", "bigger", "listen", "hear", "finish", "nobody-there"}


def it_is_me(visit: Visit, step: Step, **pressed: str) -> None:
    """The journey goes on where it stopped: mostly at its beginning, unless the visit was on another tablet before."""
    visit.state["is_them"] = True


def not_me(visit: Visit, step: Step, **pressed: str) -> None:
    """The tablet is in the wrong hands. Nothing is stored, and staff are called."""
    if step.kind is Kind.YOU:
        visit.state["help_at"] = timezone.now().isoformat()
        visit.save(update_fields=["state"])
        visits.end(visit=visit, how=visits.NOT_THEM)


def finish(visit: Visit, step: Step, **pressed: str) -> None:
    visits.end(visit=visit, how=visits.FINISHED if step.kind in DONE else "stopped")


def nobody_there(visit: Visit, step: Step, **pressed: str) -> None:
    visits.end(visit=visit, how=visits.NOBODY_THERE)
