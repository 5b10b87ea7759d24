"""One person's whole record on paper, for the person: what they answered, in view of which words, and who looked."""

from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext

from consent import ledger
from consent.facts import entries_of
from consent.models import AccessEvent, Checkpoint, Entry
from consent.papers.answers import presentation_of, words_of
from consent.papers.printing import pdf
from consent.papers.staff_copy import moment, shown
from consent.questions import QUESTIONS
from consent.staff.looks import what_in_words
from consent.staff.person.timeline import timeline
from consent.words import content
from registration import actions as registration
from registration.models import Patient, Prison


def paper(patient: Patient, *, made_at: datetime) -> bytes:
    """The record as PDF. ``made_at`` is printed on it."""
    people = registration.family(patient)
    prisons = {prison.pk: prison for prison in Prison.objects.all()}
    entries = entries_of(people)
    # Whoever makes it, in whatever language their own screens are: the words of the paper are the same.
    with translation.override("en-gb"):
        told = timeline(entries, prisons)[::-1]
        lines = {entry.hash: shown_with(entry) for entry in entries if entry.kind == "decision"}
        # What staff call a question speaks of "their GP"; the published title speaks to the person.
        titles = {str(gettext(q.staff_title)): content.current(q.id, "en-GB").title for q in QUESTIONS}
        events = AccessEvent.objects.filter(chain__in=[person.record_id for person in people]).order_by("at", "pk")
        newest = Checkpoint.objects.order_by("pk").last()
        said = {
            "name": people[0].name,
            "numbers": [person.prison_number for person in people],
            "made_at": moment(made_at),
            "lines": [(line, titles.get(line.about, line.about), lines.get(line.hash)) for line in told],
            "looked": [(moment(e.at), e.who, what_in_words(e.what), place_of(e, prisons)) for e in events],
            "signed_at": moment(newest.at) if newest else "",
        }
        return pdf("record", said, identifier=str(people[0].record_id), at=made_at)


def shown_with(entry: Entry) -> dict[str, Any] | None:
    """The words in view of which an answer was given; None where it was not given on a tablet."""
    data = ledger.read(entry)["data"]
    presentation = presentation_of(data)
    if not presentation:
        return None
    told = shown(presentation, words_of(entry, data, presentation))
    # The questions about it stand apart, with what was pressed.
    return told | {"sentences": [one for one in told["sentences"] if not one[0].startswith("check:")]}


def place_of(event: AccessEvent, prisons: dict[str, Prison]) -> str:
    return prisons[event.prison].name if event.prison in prisons else event.prison
