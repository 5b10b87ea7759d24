"""Who needs a person now: what the tablets of a prison tell staff while a visit goes on."""

from dataclasses import dataclass

from consent.facts import moment
from consent.models import Visit
from consent.staff import wording
from registration.models import Patient, Prison


@dataclass(frozen=True, slots=True)
class Call:
    """``help``: when the person pressed for it; ``interpreter``: the language they pressed for, where they did."""

    person: Patient
    help: str
    interpreter: str


def calls_of(visit: Visit) -> Call | None:
    """Nothing where nobody is needed."""
    pressed = moment(visit.state.get("help_at"))
    if visit.ended_at is not None or pressed is None:
        return None
    person = visit.patient.merged_into or visit.patient
    wanted = visit.state.get("interpreter_wanted")
    named = wording.wanted(f"{wanted['language']}\t{wanted['dialect']}") if wanted else ""
    return Call(person, wording.time_of(pressed), named)


def calls_at(prison: Prison | None) -> list[Call]:
    """Everyone at a tablet of this prison who needs a person now; whoever has waited longest comes first."""
    if prison is None:
        return []
    going_on = Visit.objects.filter(prison=prison, ended_at=None).select_related("patient__merged_into")
    calls = ((moment(visit.state.get("help_at")), calls_of(visit)) for visit in going_on.order_by("started_at"))
    return [call for _at, call in sorted(((at, call) for at, call in calls if at and call), key=lambda pair: pair[0])]
