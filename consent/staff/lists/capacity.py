"""Whose ability to decide a clinician wanted somebody to look at again."""

import json
from collections.abc import Iterator
from datetime import date, datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext

from consent.models import Entry
from consent.staff.doing import Do
from consent.staff.lists.row import Person, Row, records_of
from consent.staff.matters import Need
from consent.standing import local_date
from registration.models import Patient, Prison


def among_those_viewed(prison: Prison) -> Q:
    viewed = Patient.objects.filter(record_id__in=Entry.objects.filter(kind="capacity-view").values("chain"))
    joined = viewed.filter(merged_into__status__prison=prison).values("merged_into")
    return Q(pk__in=viewed.filter(status__prison=prison).values("pk")) | Q(pk__in=joined)


def reviews(people: list[Person], prison: Prison, at: datetime) -> Iterator[Row]:
    """Of several views of one decision the newest counts; one of an earlier time in prison does not."""
    persons = {person.pk: (person, standing) for person, standing, _about in people}
    of = {one.record_id: one.merged_into_id or one.pk for one in records_of(persons)}
    due: dict[tuple[int, str], date] = {}
    for entry in Entry.objects.filter(kind="capacity-view", chain__in=of).order_by("at", "pk"):
        person, standing = persons[of[entry.chain]]
        said = json.loads(bytes(entry.body))["data"]
        if standing.opened_at is not None and entry.at >= standing.opened_at:
            due[person.pk, said["question"]] = date.fromisoformat(said["review_on"])
    for (pk, question), on in due.items():
        person = persons[pk][0]
        what, why = gettext("Look again whether they can decide"), gettext("A clinician asked for it.")
        button = Do(gettext("Record your view"), reverse("capacity", args=[person.prison_number]))
        yield Row(person, [Need(("capacity",), (question,), what, why, on, local_date(at))], buttons=[button])
