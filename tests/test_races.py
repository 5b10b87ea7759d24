"""Several people press at once: on PostgreSQL, where writers truly run side by side (SQLite lets one in at a time)."""

import io
import threading
from contextlib import suppress

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from consent import actions, facts
from consent.kiosk import moves, tablets, tries, visits
from consent.models import AccessEvent, Entry, Explanation, Leaf, Status, Visit
from consent.policy import Answer
from consent.proof import keys, verify
from consent.proof.checkpoints import make
from registration.actions import NotPossible, patient_with
from registration.models import Patient
from registration.movements import Direction, Movement
from tests.browser import let_go
from tests.enrolled import enrolled, press, take_up

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
        visit, code = visits.start(patient=person, place="reception", user=committed)
        visit = take_up(code)
        press(visit, "next")

        def confirm(answer, visit=visit, turn=str(visit.turn)):
            return lambda: moves.press(visit=visit, do="confirm", turn=turn, view="right", answer=answer)

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


def code_of(person, user):
    return visits.start(patient=person, place="reception", user=user)[1]


def test_one_code_tapped_on_many_tablets_puts_the_visit_on_one_of_them(committed):
    for number in range(5):
        code = code_of(arrived(f"K000{number}DD"), committed)
        got = []

        def tap(tablet, code=code, got=got):
            return lambda: got.append(visits.take_up(code=code, tablet=tablet))

        assert at_once(*[tap(enrolled()[0]) for _ in range(6)]) == []
        assert len([visit for visit in got if visit]) == 1


def test_many_people_sent_to_one_tablet_at_once_and_one_of_them_is_there(committed):
    for number in range(4):
        tablet = enrolled()[0]
        people = [arrived(f"{letter}000{number}EE") for letter in "ABCDEF"]

        def send(person, tablet=tablet):
            return lambda: visits.start(patient=person, place="reception", user=committed, tablet=tablet)

        wrong = at_once(*map(send, people))
        assert len(wrong) == 5 and all("Somebody else is at this tablet" in problem for problem in wrong)
        assert Visit.objects.filter(tablet=tablet, ended_at=None).count() == 1


def test_sending_tapping_moving_ending_and_revoking_at_once_never_lock_each_other_out(committed):
    for number in range(6):
        one, other = enrolled()[0], enrolled()[0]
        person = arrived(f"K000{number}FF")
        code = code_of(person, committed)
        first = visits.take_up(code=code_of(arrived(f"L000{number}FF"), committed), tablet=other)

        def does(what, *more, **how):
            def do():
                with suppress(NotPossible):
                    what(*more, **how)

            return do

        assert (
            at_once(
                does(visits.start, patient=person, place="reception", user=committed, tablet=one),
                does(visits.take_up, code=code, tablet=one),
                does(visits.move, visit=first, tablet=one),
                does(visits.start, patient=first.patient, place="reception", user=committed, tablet=one),
                does(moves.press, visit=first, do="me", turn=str(first.turn), view="", answer=""),
                does(tablets.revoke, tablet=other, user=committed),
            )
            == []
        )
        live = Visit.objects.filter(ended_at=None)
        assert live.filter(tablet=one).count() <= 1 and not live.filter(tablet=other).exists()
        assert live.filter(patient=person).count() <= 1


def test_a_new_secret_asked_for_by_many_requests_at_once_is_one(committed):
    for _ in range(5):
        tablet, secret = enrolled()
        asks, given = tablets.asking(secret), []

        def asked(asks=asks, given=given):
            given.append(tablets.new_secret(asks, None))

        assert at_once(*[asked] * 8) == []
        assert len(set(given)) == 1 and len(given) == 8
        assert tablet.secrets.count() == 2


def test_many_wrong_numbers_at_once_count_like_one_after_another(committed):
    looked_at = []

    def guess():
        with suppress(tries.TooMany):
            tries.begin("address 10.0.0.9")
            looked_at.append(1)

    assert at_once(*[guess] * 12) == []
    assert len(looked_at) <= tries.MOST
