"""Who needs a person now: what the tablets of a prison tell staff while a visit goes on."""

from dataclasses import dataclass

from consent.facts import moment
from consent.models import Visit
from consent.staff import wording
from registration.models import Patient, Prison


@dataclass(frozen=True, slots=True)
class Call:
    """``help``: when the person pressed Help, until someone is with them; ``talk``: one point was missed twice."""

    person: Patient
    help: str
    talk: bool


def calls_of(visit: Visit) -> Call | None:
    """Nothing where nobody is needed."""
    pressed = moment(visit.state.get("help_at"))
    if visit.ended_at is not None or (pressed is None and not visit.state.get("talk")):
        return None
    person = visit.patient.merged_into or visit.patient
    return Call(person, wording.time_of(pressed) if pressed else "", bool(visit.state.get("talk")))


def calls_at(prison: Prison | None) -> list[Call]:
    """Everyone at a tablet of this prison who needs a person now; whoever pressed Help comes first."""
    if prison is None:
        return []
    going_on = Visit.objects.filter(prison=prison, ended_at=None).select_related("patient__merged_into")
    calls = (calls_of(visit) for visit in going_on.order_by("started_at"))
    return sorted(filter(None, calls), key=lambda call: not call.help)
