"""Whose ability to decide a clinician wanted somebody to look at again."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext

from consent import ledger
from consent.models import Entry
from consent.policy import EXPLICIT
from consent.staff.doing import Do
from consent.staff.lists.row import Person, Row, records_of
from consent.staff.matters import Need
from consent.standing import QuestionStanding, Standing, local_date
from registration.models import Patient, Prison


def among_those_viewed(prison: Prison) -> Q:
    viewed = Patient.objects.filter(record_id__in=Entry.objects.filter(kind="capacity-view").values("chain"))
    joined = viewed.filter(merged_into__status__prison=prison).values("merged_into")
    return Q(pk__in=viewed.filter(status__prison=prison).values("pk")) | Q(pk__in=joined)


def reviews(people: list[Person], prison: Prison, at: datetime) -> Iterator[Row]:
    persons = {person.pk: (person, standing) for person, standing, _about in people}
    of = {one.record_id: one.merged_into_id or one.pk for one in records_of(persons)}
    lines: dict[int, list[Entry]] = defaultdict(list)
    for entry in Entry.objects.filter(kind__in=("capacity-view", "error"), chain__in=of).order_by("at", "pk"):
        lines[of[entry.chain]].append(entry)
    for pk, entries in lines.items():
        person, standing = persons[pk]
        for need in to_look_again(entries, standing, at):
            button = Do(gettext("Record your view"), reverse("capacity", args=[person.prison_number]))
            yield Row(person, [need], buttons=[button])


def to_look_again(entries: Iterable[Entry], standing: Standing, at: datetime) -> list[Need]:
    """``entries``: of one person, the oldest first.

    Of several views of one decision the newest counts, and without a date it ends the review; so does a yes, a no or a
    withdrawal that they gave after it. One of an earlier time in prison does not count, nor one recorded in error.
    """
    entries = list(entries)
    in_error = {name for entry in entries if entry.kind == "error" for name in ledger.read(entry)["data"]["refers"]}
    newest: dict[str, tuple[datetime, str]] = {}
    for entry in entries:
        counts = entry.kind == "capacity-view" and entry.hash not in in_error
        if counts and standing.opened_at is not None and entry.at >= standing.opened_at:
            said = ledger.read(entry)["data"]
            newest[said["question"]] = entry.at, said.get("review_on", "")
    what, why = gettext("Look again whether they can decide"), gettext("A clinician asked for it.")
    return [
        Need(("capacity",), (question,), what, why, date.fromisoformat(on), local_date(at))
        for question, (viewed_at, on) in newest.items()
        if on and not is_answered_since(standing.questions[question], viewed_at)
    ]


def is_answered_since(asked: QuestionStanding, at: datetime) -> bool:
    return asked.decision in EXPLICIT and asked.decided_at is not None and asked.decided_at > at
