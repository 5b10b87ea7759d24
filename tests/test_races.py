"""Several people press at once: on PostgreSQL, where writers truly run side by side (SQLite lets one in at a time)."""

import io
import threading

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from consent import actions, facts
from consent.kiosk import moves, visits
from consent.models import AccessEvent, Entry, Explanation, Leaf, Status
from consent.policy import Answer
from consent.proof import keys, verify
from consent.proof.checkpoints import make
from registration.actions import patient_with
from registration.models import Patient
from registration.movements import Direction, Movement
from tests.browser import let_go

pytestmark = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time")


@pytest.fixture
def committed(transactional_db):
    """A database whose commits other threads see."""
    call_command("prepare", verbosity=0)
    yield User.objects.create_user("nurse")
    let_go()


def arrived(number):
    person = patient_with(number)
    arrival = Movement(timezone.now(), Direction.IN, "NEW_ADMISSION", prison="LEI")
    actions.record_movement(patient=person, movement=arrival, by="test")
    return person


def at_once(*does):
    """Run them side by side; returns what went wrong."""
    wrong = []

    def run(do):
        try:
            do()
        except Exception as problem:
            wrong.append(repr(problem))  # the test says what went wrong, in whichever thread
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(do,)) for do in does]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


def test_of_many_presses_on_this_is_right_one_counts_even_while_staff_start_the_visit_anew(committed):
    for number in range(5):
        person = arrived(f"K000{number}AA")
        _visit, code = visits.start(patient=person, place="reception", user=committed)
        _, token = visits.take_up(code=code)
        moves.press(token=token, do="next", turn="0", view="", answer="")

        def confirm(answer, token=token):
            return lambda: moves.press(token=token, do="confirm", turn="1", view="right", answer=answer)

        def anew(person=person):
            visits.start(patient=person, place="reception", user=committed)

        assert at_once(*[confirm("yes")] * 3, *[confirm("no")] * 3, anew, anew) == []
        assert Entry.objects.filter(chain=person.record_id, kind="decision").count() <= 1


def test_merges_and_an_answer_at_the_same_time_leave_one_person_with_one_status(committed):
    for number in range(8):
        names = [f"{letter}000{number}BB" for letter in "ABC"]
        for name in names:
            arrived(name)

        def joined(kept, removed):
            event = {
                "eventType": "prison-offender-events.prisoner.merged",
                "version": 1,
                "occurredAt": "2026-03-02T10:00:00+00:00",
                "additionalInformation": {"nomsNumber": kept, "removedNomsNumber": removed, "reason": "MERGE"},
            }
            return lambda: actions.receive_message(item=event, raw="")

        def answered(name=names[2]):
            person = Patient.objects.get(prison_number=name)
            actions.decide(patient=person, question="gp-record", answer=Answer.NO, by=actions.PERSON, route="talk")

        assert at_once(joined(names[0], names[1]), joined(names[1], names[2]), answered) == []
        people = Patient.objects.filter(prison_number__in=names)
        assert len({person.merged_into_id or person.pk for person in people}) == 1
        (status,) = Status.objects.filter(patient__in=people)
        assert status.body == facts.projected(facts.history_of(status.patient))["body"]
    assert list(verify.faults()) == []


def test_checkpoints_are_made_while_writers_go_on_and_every_line_finds_its_place(committed, key):
    people = [arrived(f"K000{number}CC") for number in range(4)]

    def writes(person):
        def go():
            for _ in range(15):
                actions.record_note(patient=person, kind="staff-check", by=actions.PERSON)
                actions.looked(patient=person, who="nurse", what="page")

        return go

    def signs():
        for _ in range(12):
            make(key)

    def verifies():
        for _ in range(6):
            call_command("verify_record", verbosity=0, stdout=io.StringIO())

    make(key)
    assert at_once(*[writes(person) for person in people], signs, verifies) == []
    make(key)
    rows = sum(model.objects.count() for model in (Entry, AccessEvent, Explanation))
    assert Leaf.objects.count() == rows > 120
    assert list(verify.faults([keys.read_key(key).public], keys.last_signed(key))) == []
