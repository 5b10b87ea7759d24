"""Who pressed, and lines of the record that are no answer."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from consent import facts
from consent.models import Entry
from registration.models import Patient

PERSON = {"who": "person", "name": ""}
IMPORT = {"who": "import", "name": ""}


def staff(user: User) -> dict[str, str]:
    return {"who": "staff", "name": user.get_username()}


@transaction.atomic
def record_note(
    *, patient: Patient, kind: str, by: dict[str, str], question: str = "", refers: tuple[str, ...] = (), **details: Any
) -> Entry:
    """A line that is no answer: staff-check, fresh-look-declined, conflict-resolved, task-done, interpreter-wanted,
    interpreter-there, capacity-view, release-sheet-given, preregistration-made, left-checked,
    entered-in-clinical-record."""
    held = facts.hold(patient)
    entry = held.append(
        kind=kind,
        at=timezone.now(),
        by=by,
        data={"question": question, "refers": list(refers), **details},
    )
    facts.project(held)
    return entry
