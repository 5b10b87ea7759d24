"""The words beside what stands: whoever has something due is found by them (tests/test_any_order.py tries them out)."""

from datetime import date, timedelta

import pytest

from consent import actions, facts, waiting
from consent.management.commands.prepare import Command
from consent.models import PrisonPolicy, Status
from consent.policy import Intervals
from registration.legal_status import LegalStatus
from tests.staff import GMS, GP, Reception, ago

pytestmark = pytest.mark.django_db
DAYS = Intervals()


@pytest.fixture
def reception(db):
    return Reception()


def waits(person):
    return Status.objects.get(patient=person).waits


def due_on(said, *days):
    today = date.today()  # noqa: DTZ011 - compared by whole days
    return [waiting.is_due(said, today + timedelta(days=day), DAYS) for day in days]


def test_where_nothing_was_worked_out_yet_everybody_is_read(reception):
    person = reception.comes(days=20)
    for question in (GMS, GP):
        reception.says(person, "no", question=question, days=19)
    assert "A1234BC" not in reception.reads("/staff/lists/not-asked-yet/")
    assert waiting.is_due("", date(2026, 1, 1), DAYS)
    Status.objects.update(waits="")
    assert [p.pk for p, _ in facts.in_prison("LEI", ago(), facts.may_wait_for("17"))] == [person.pk]


def test_what_an_older_version_projected_is_worked_out_from_the_record_until_it_is_projected_anew(reception):
    reception.comes(days=20)
    Status.objects.update(waits="", body='{"questions": {"gms-registration": {"conflict": false}}}')
    page = reception.reads("/staff/lists/not-asked-yet/")
    assert "A1234BC" in page and "Overdue: was due on" in page


def test_nothing_waits_for_whoever_answered(reception):
    person = reception.comes()
    for question in (GMS, GP):
        reception.says(person, "no", question=question)
    # But for the clinical record, what a no may undo where a yes was sent, and the sheet of somebody on remand.
    assert set(waits(person).split()) == {"enter@", "may-undo@", "court@"}
    assert due_on(waits(person), 400) == [False]
    actions.record_note(
        patient=person,
        kind="entered-in-clinical-record",
        by=actions.PERSON,
        refers=tuple(sorted(asked.line for asked in facts.standing_of(person).questions.values())),
    )
    assert waits(person).split() == ["may-undo@", "court@"]


def test_an_offer_and_a_later_are_due_after_their_days_and_not_before(reception):
    person = reception.comes(days=0)
    assert due_on(waits(person), 6, 7) == [False, True]
    for question in (GMS, GP):
        reception.says(person, "later", question=question)
    assert due_on(waits(person), 6, 7) == [False, True]
    for question in (GMS, GP):
        reception.says(person, "later", question=question)
    assert due_on(waits(person), 27, 28) == [False, True]


def test_a_yes_whose_hold_runs_out_by_hours_waits_for_what_follows_before_it_has(reception):
    PrisonPolicy.objects.create(prison_id="LEI", hold="hours", hold_hours=72)
    person = reception.comes(days=1, status=LegalStatus.SENTENCED)
    reception.says(person, "yes", days=0.5, is_explained=True)
    assert " 7@ " in waits(person) and " 10g@" in waits(person)


def test_whoever_turns_18_waits_to_be_asked_as_everybody(reception):
    from django.utils import timezone

    person = reception.comes(date_of_birth=timezone.localdate() - timedelta(days=17 * 365))
    assert " 9@ " in waits(person) and " 17@" in waits(person)


@pytest.mark.parametrize(
    ("born", "birthday"),
    [(date(2008, 2, 29), "2026-03-01"), (date(2008, 3, 1), "2026-03-01"), (date(2006, 2, 28), "2024-02-28")],
)
def test_the_eighteenth_birthday(born, birthday):
    assert waiting.eighteenth_birthday(born).date().isoformat() == birthday


def test_what_was_projected_before_there_were_such_words_is_worked_out_at_the_next_deployment(reception, monkeypatch):
    person = reception.comes()
    said = waits(person)
    Status.objects.update(waits="")
    monkeypatch.setattr("consent.management.commands.prepare.call_command", lambda *_names, **_more: None)
    Command().handle()
    assert waits(person) == said


def test_a_sensitive_record_and_an_interpreter_are_found_by_their_lists(reception):
    person = reception.comes(is_sensitive=True)
    assert " sensitive@ " in waits(person)
    other = reception.comes("A2222AA")
    actions.record_note(
        patient=other, kind="interpreter-wanted", by=actions.PERSON, language="ti", dialect="", prison="LEI"
    )
    assert " interpreter@ " in waits(other)
    assert "A2222AA" in reception.reads("/staff/lists/interpreter/")
