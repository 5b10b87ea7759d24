"""Whom a screening programme would call, and who is not on the list from which it calls."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import BooleanField, F, Func, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent.models import Status
from consent.questions import GMS_REGISTRATION
from consent.sent import OPEN_REQUEST
from consent.staff.doing import Do
from consent.staff.lists.row import Person, Row
from consent.staff.matters import Matter, Need
from consent.standing import local_date
from registration.models import Patient, Prison, ScreeningOutcome
from registration.screening import ANY, SEXES, Call, birthday, calls, programmes, taken_as

DUE = timedelta(days=28)  # after they came in; ours
TAKEN_AS = {
    "male": _("Sex not recorded: taken as male, in a prison for men."),
    "female": _("Sex not recorded: taken as female, in a prison for women."),
}


def among_those_of_an_age(prison: Prison) -> Q:
    """Whom a programme may call by age and sex as recorded, to within a year; and whose birth nobody recorded."""
    today = timezone.localdate()
    found = Q(date_of_birth=None)
    for programme in programmes():
        old_enough, young_enough = birthday(today, 1 - programme.first_age), birthday(today, -2 - programme.last_age)
        called = Q(date_of_birth__range=(young_enough, old_enough))
        may_be = [sex for sex in ("", *SEXES) if programme.fits(taken_as(sex, prison.sex))]
        found |= called & Q(sex__in=may_be)
    return Q(pk__in=list(Patient.objects.filter(found, here(prison)).values_list("pk", flat=True)))


class AnyOf(Func):
    """``pk = ANY(ARRAY(SELECT ...))``: PostgreSQL looks up each of these. By a join or IN it would read the estate."""

    template, arg_joiner = "%(expressions)s)", " = ANY("
    output_field = BooleanField()


def here(prison: Prison) -> Q:
    """Rows of Patient of everyone this prison has."""
    people = Status.objects.filter(prison=prison).values("pk")
    return Q(AnyOf(F("pk"), ArraySubquery(people))) if connection.vendor == "postgresql" else Q(pk__in=people)


def screening(people: list[Person], prison: Prison, at: datetime) -> Iterator[Row]:
    today = local_date(at)
    dealt_with = dealt_with_at(prison)
    for person, standing, about in people:
        # The programmes are those of England.
        if standing.outside_england or standing.questions[GMS_REGISTRATION.id].registered:
            continue
        describe = Do(gettext("Change who they are"), reverse("describe", args=[person.prison_number]))
        came = local_date(standing.opened_at) if standing.opened_at else today
        if person.date_of_birth is None:
            why = gettext("Without it nobody can say which programmes would call them.")
            need = Need((), (), gettext("Find out their date of birth"), why, came + DUE, today)
            yield Row(person, [need], buttons=[describe])
        elif found := calls(
            person.date_of_birth, taken_as(person.sex, prison.sex), today, dealt_with.get(person.pk, {})
        ):
            record = Do(gettext("Record what came of it"), reverse("screening", args=[person.prison_number]))
            buttons = [record] if person.sex else [record, describe]
            yield Row(person, [need_of(found, person, prison, came, today)], waiting(about), buttons)


def need_of(found: list[Call], person: Patient, prison: Prison, came: date, today: date) -> Need:
    """Everything that would call them, by the day on which the first of it is due."""
    names = ", ".join(gettext(call.programme.name) for call in found)
    due = min(max(came, call.since) for call in found) + DUE
    what = gettext("Refer by hand: %(programmes)s") % {"programmes": names}
    return Need((), (), what, because(found, person, prison), due, today)


def because(found: list[Call], person: Patient, prison: Prison) -> str:
    """What is not sure of it."""
    said = []
    if not person.sex and prison.sex in TAKEN_AS:
        said.append(str(TAKEN_AS[prison.sex]))
    elif not person.sex and (by_sex := [call for call in found if call.programme.sex != ANY]):
        names = ", ".join(gettext(call.programme.name) for call in by_sex)
        said.append(gettext("Sex not recorded: ask before %(programmes)s.") % {"programmes": names})
    if not all(call.programme.checked for call in found):
        said.append(gettext("Ages and interval still to be checked."))
    return " ".join(said)


def waiting(about: Iterable[Matter]) -> list[str]:
    """A registration that is under way may bring the call: look first whether it was confirmed."""
    is_open = any(m.request is not None and m.request.state in OPEN_REQUEST for m in about)
    return [gettext("Their registration is under way: look first whether it is confirmed.")] if is_open else []


def dealt_with_at(prison: Prison) -> Mapping[int, dict[str, date]]:
    """When staff last recorded anything of each programme, by everyone this prison has. One query."""
    here = Q(patient__status__prison=prison) | Q(patient__merged_into__status__prison=prison)
    return latest(ScreeningOutcome.objects.filter(here).select_related("patient"))


def latest(rows: Iterable[ScreeningOutcome]) -> Mapping[int, dict[str, date]]:
    found: dict[int, dict[str, date]] = defaultdict(dict)
    for row in rows:
        own = found[row.patient.merged_into_id or row.patient_id]
        own[row.programme] = max(row.on, own.get(row.programme, row.on))
    return found
