"""Whose legal status is not known, or has changed to something nobody told."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import F, Max, Q
from django.urls import reverse
from django.utils.translation import gettext

from consent import facts
from consent.policy import waited
from consent.staff import wording
from consent.staff.doing import Do
from consent.staff.lists.row import Person, Row, records_of
from consent.staff.matters import Need
from consent.standing import Standing, local_date
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
    notices = [(r["joined"] or r["own"], r["at"]) for r in told.order_by("-at").values("at", **of)]
    typed = LegalStatusRecord.objects.filter(patient__in=records_of(pk for pk, _at in notices), convicted=None)
    known = {r["joined"] or r["own"]: r["typed"] for r in typed.values(**of).annotate(typed=Max("recorded_at"))}
    # The first of them counts: another one does not put the day off.
    first = {pk: told_at for pk, told_at in notices if pk not in known or known[pk] < told_at}
    for person, standing, _about in people:
        if need := to_find_out(standing, at, first.get(person.pk)):
            url = reverse("legal-status", args=[person.prison_number])
            yield Row(person, [need], buttons=[Do(gettext("Record their legal status"), url)])


def to_find_out(standing: Standing, at: datetime, told_at: datetime | None = None) -> Need | None:
    """``told_at``: when a message said that it changed, and nobody has said since to what."""
    if standing.state_at(at) is not State.OPEN or standing.outside_england:
        return None
    said, since, began = [], [], standing.opened_at or at
    if told_at:
        since.append(told_at)
        said.append(
            gettext("The prison service said on %(day)s that it changed, not to what.") % {"day": wording.day(told_at)}
        )
    if standing.legal_status is LegalStatus.UNKNOWN:
        since.append(standing.legal_status_unknown_since or began)
        said.append(gettext("Not known. They see the widest wording until it is."))
    if not said:
        return None
    due = waited(local_date(max(began, min(since))) + timedelta(days=facts.INTERVALS.legal_status), standing.away)
    return Need((), (), gettext("Find out their legal status"), " ".join(said), due, local_date(at))
