"""Who needs a person now, and who is to be seen again: what the tablets of a prison tell staff."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent import facts
from consent.kiosk import visits
from consent.models import Visit
from consent.policy import waited
from consent.staff import wording
from consent.staff.matters import Matter, Need
from consent.standing import Standing, local_date
from registration.models import Patient, Prison

# So long "No, this is not me" calls for someone, if nobody answers it.
CALLS_FOR = timedelta(hours=12)
# Visits that broke off, by how they ended.
BROKE_OFF = {
    visits.NOBODY_THERE: _("The tablet was left before the end."),
    visits.TAKEN_AWAY: _("The tablet was taken out of use before the end."),
    visits.NOT_THEM: _("“No, this is not me” was pressed at the tablet."),
}


@dataclass(frozen=True, slots=True)
class Call:
    """``help``: when the person pressed for it; ``interpreter``: the language they pressed for, where they did.

    ``is_not_them``: whoever held the tablet said that it is not them, and the visit has ended."""

    person: Patient
    help: str
    interpreter: str
    is_not_them: bool = False


def calls_of(visit: Visit) -> Call | None:
    """Nothing where nobody is needed."""
    pressed, is_not_them = facts.moment(visit.state.get("help_at")), visit.ended_how == visits.NOT_THEM
    if pressed is None or (visit.ended_at is not None and not is_not_them):
        return None
    person = visit.patient.merged_into or visit.patient
    wanted = visit.state.get("interpreter_wanted")
    named = wording.wanted(f"{wanted['language']}\t{wanted['dialect']}") if wanted else ""
    return Call(person, wording.time_of(pressed), named, is_not_them)


def newest() -> QuerySet[Visit]:
    """The last visit of each person, over all records that were joined. Four conditions: one for all has no index."""
    last = Visit.objects.select_related("patient__merged_into")
    for theirs in ("patient", "patient__merged_into"):
        for own in ("patient", "patient__merged_into"):
            same_person = {theirs: OuterRef(own)}
            last = last.exclude(Exists(Visit.objects.filter(**same_person, started_at__gt=OuterRef("started_at"))))
    return last


def calls_at(prison: Prison | None) -> list[Call]:
    """Everyone at a tablet of this prison who needs a person now; whoever has waited longest comes first."""
    if prison is None:
        return []
    not_them = Q(ended_how=visits.NOT_THEM, ended_at__gt=timezone.now() - CALLS_FOR)
    calling = newest().filter(Q(ended_at=None) | not_them, prison=prison).order_by("started_at")
    calls = ((facts.moment(visit.state.get("help_at")), calls_of(visit)) for visit in calling)
    return [call for _at, call in sorted(((at, call) for at, call in calls if at and call), key=lambda pair: pair[0])]


def not_finished_at(prison: Prison) -> list[Visit]:
    """The last visit of everybody here for whom it goes on or broke off."""
    here = Q(patient__status__prison=prison) | Q(patient__merged_into__status__prison=prison)
    last = newest().filter(here, Q(ended_how__in=BROKE_OFF) | Q(ended_at=None))
    return list(last.select_related("patient__merged_into", "tablet"))


def broke_off_at(prison: Prison, at: datetime) -> dict[int, Visit]:
    return broke_off(not_finished_at(prison), at)


def broke_off(not_finished: Iterable[Visit], at: datetime) -> dict[int, Visit]:
    """Those that broke off, by the patient who stands for the person."""
    silent = (visit for visit in not_finished if visit.ended_at or visits.is_silent(visit, at))
    return {visit.patient.merged_into_id or visit.patient_id: visit for visit in silent}


def left_before_the_end(of_one: Iterable[Visit], at: datetime) -> Visit | None:
    """The last visit of one person, where it broke off; ``of_one``: the last one first."""
    last = next(iter(of_one), None)
    if last is None or (last.ended_at and last.ended_how not in BROKE_OFF):
        return None
    return last if broke_off([last], at) else None


def going_on(not_finished: Iterable[Visit], at: datetime) -> dict[int, Visit]:
    """Those that go on, by the patient who stands for the person."""
    live = (visit for visit in not_finished if not visit.ended_at and not visits.is_silent(visit, at))
    return {visit.patient.merged_into_id or visit.patient_id: visit for visit in live}


def see_again(visit: Visit | None, standing: Standing, about: Iterable[Matter], at: datetime) -> Need | None:
    """Until a later visit comes to an end, or nothing is left to ask in this time in prison."""
    open_now = [m for m in about if (m.is_asked and m.rule.code != "12") or m.wants_check]
    since = standing.opened_at
    if visit is None or not open_now or since is None or visit.started_at < since:
        return None
    why = BROKE_OFF.get(visit.ended_how, BROKE_OFF[visits.NOBODY_THERE])
    questions = tuple(matter.question.id for matter in open_now)
    kept = gettext("What was confirmed is kept; nothing else is.")
    due = waited(local_date(visit.started_at) + timedelta(days=facts.INTERVALS.see_again), standing.away)
    return Need(("tablet",), questions, gettext("See them"), f"{why} {kept}", due, local_date(at), for_today=True)
