"""Whose legal status is not known, or has changed to something nobody told."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import F, Max, Q
from django.urls import reverse
from django.utils.translation import gettext

from consent import facts
from consent.staff import wording
from consent.staff.doing import Do
from consent.staff.lists.row import Person, Row, records_of
from registration.custody import State
from registration.legal_status import LegalStatus
from registration.models import LegalStatusRecord, Notice, Prison


def among_unknown(prison: Prison) -> Q:
    changed = Notice.objects.filter(kind=Notice.Kind.STATUS_CHANGED)
    own = changed.filter(patient__status__prison=prison).values("patient")
    joined = changed.filter(patient__merged_into__status__prison=prison).values("patient__merged_into")
    return facts.may_wait_for("status") | Q(pk__in=own) | Q(pk__in=joined)


def legal_status(people: list[Person], prison: Prison, at: datetime) -> Iterator[Row]:
    told = Notice.objects.filter(patient__in=records_of(p.pk for p, *_ in people), kind=Notice.Kind.STATUS_CHANGED)
    of = {"joined": F("patient__merged_into_id"), "own": F("patient_id")}
    newest = {r["joined"] or r["own"]: r["told"] for r in told.values(**of).annotate(told=Max("at"))}
    typed = LegalStatusRecord.objects.filter(patient__in=records_of(newest), convicted=None)
    known = {r["joined"] or r["own"]: r["typed"] for r in typed.values(**of).annotate(typed=Max("recorded_at"))}
    for person, standing, _about in people:
        lines = []
        if person.pk in newest and (person.pk not in known or known[person.pk] < newest[person.pk]):
            lines.append(
                gettext("The prison service said on %(day)s that it changed, not to what.")
                % {"day": wording.day(newest[person.pk])}
            )
        if standing.legal_status is LegalStatus.UNKNOWN and standing.state_at(at) is not State.SETTLING:
            lines.append(gettext("Not known. They see the widest wording until it is."))
        if lines:
            url = reverse("legal-status", args=[person.prison_number])
            yield Row(person, lines=lines, buttons=[Do(gettext("Record it"), url)])
