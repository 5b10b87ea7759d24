"""An answer is stored once or not at all, whatever breaks while it is confirmed, and the tablet can send it again."""

import io
import time
from random import Random
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from consent import actions, facts, ledger
from consent.kiosk import views, visits
from consent.models import PrisonPolicy, Visit
from consent.policy import Answer
from consent.proof import verify
from tests.cluster import why_none
from tests.prove import kills
from tests.staff import GMS, GP
from tests.test_kiosk import Tablet, nurse, sam, to_choice, visit_for  # noqa: F401 - two are fixtures

KEYPAD = "Touch the number that staff give you."
STORED = ("Do you want this on paper?", "Thank you.")  # what comes once an answer is stored
# The three presses that write to the record, and what each stores.
STORES = {
    "confirm": [("decision", GMS, "yes")],
    "confirm-later": [("decision", GP, "later"), ("decision", GMS, "later")],
    "still": [("second-look", GMS, None)],
}
each_press = pytest.mark.parametrize("do", STORES)


class Crash(Exception):
    """The process ends here."""


pytestmark = pytest.mark.usefixtures("checked_at_once")


@pytest.fixture
def ready(sam, nurse):  # noqa: F811
    """A tablet on which only this press is left to do."""

    def tablet_before(do):
        if do == "confirm":
            # Where a yes is not held it opens the work of registering in the same moment.
            PrisonPolicy.objects.create(prison_id="LEI", hold="none")
            tablet = visit_for(sam, nurse, place="wing").choose("no").press("confirm")
            return to_choice(tablet).choose("yes")
        if do == "confirm-later":
            return visit_for(sam, nurse).press("later")
        actions.decide(patient=sam, question=GMS, answer=Answer.YES, by=actions.PERSON, route="tablet")
        actions.decide(patient=sam, question=GP, answer=Answer.NO, by=actions.PERSON, route="tablet")
        return visit_for(sam, nurse)

    return tablet_before


def form_of(tablet, do):
    assert f'value="{do}"' in tablet
    return {**tablet.fields(), "do": do}


def everything():
    """Every row of every table."""
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in apps.get_models()}


def said(person):
    """What the record holds of this person's answers, in order."""
    lines = [ledger.read(entry) for entry in facts.entries_of([person])]
    return [
        (line["kind"], line["data"]["question"], line["data"].get("answer"))
        for line in lines
        if line["kind"] in ("decision", "second-look")
    ]


def crashing(at, before):
    """Ends the process just before, or just after, the write that has this place among all writes; from 1."""
    writes = 0

    def execute(execute, sql, params, many, context):
        nonlocal writes
        if not sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            return execute(sql, params, many, context)
        writes += 1
        if writes == at and before:
            raise Crash
        result = execute(sql, params, many, context)
        if writes == at:
            raise Crash
        return result

    return connection.execute_wrapper(execute)


# -- something breaks while it is stored --------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("before", [True, False], ids=["before it", "after it"])
@each_press
def test_a_crash_at_any_write_leaves_nothing_behind_and_the_same_press_works_afterwards(ready, sam, do, before):  # noqa: F811
    tablet = ready(do)
    form, had, was = form_of(tablet, do), said(sam), everything()
    tablet.browser.raise_request_exception = False
    for at in range(1, 100):
        with crashing(at, before):
            response = tablet.post(**form)
        if response.status_code != 500:
            break
        assert everything() == was, f"after a crash at write {at}"
    assert at > 3, "this many writes at least belong together: the line, the status, the visit"
    assert response.status_code == 303
    assert said(sam) == had + STORES[do]
    assert tablet.open().title in STORED
    assert list(verify.faults()) == []


@pytest.mark.django_db
@each_press
def test_a_press_of_which_only_a_part_arrives_changes_nothing_and_can_be_sent_again(ready, sam, do):  # noqa: F811
    tablet = ready(do)
    had, was = said(sam), everything()
    token = tablet.browser.cookies["csrftoken"].value
    body = urlencode({"csrfmiddlewaretoken": token, **form_of(tablet, do)}).encode()

    def arrives(part):
        """As a server hands it on: the length the tablet announced, and what came of it before the line broke."""
        announced = {"CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": str(len(body))}
        return tablet.browser.generic("POST", "/kiosk/", b"", **announced, **{"wsgi.input": io.BytesIO(part)})

    for n in [0, 1, len(token), *range(body.index(b"&turn="), len(body))]:
        arrives(body[:n])
        assert everything() == was, f"{body[:n]} was taken for the whole"
    arrives(body)
    assert said(sam) == had + STORES[do]


# -- it is stored, and the tablet was not told --------------------------------------------------------------------


@pytest.mark.django_db
@each_press
def test_when_the_reply_is_lost_the_answer_is_stored_and_sending_it_again_stores_no_other(ready, sam, do, monkeypatch):  # noqa: F811
    tablet = ready(do)
    form, had = form_of(tablet, do), said(sam)
    tablet.browser.raise_request_exception = False
    with monkeypatch.context() as patched:
        patched.delattr(views, "see_other")
        assert tablet.post(**form).status_code == 500
    assert said(sam) == had + STORES[do]
    was = everything()
    for _ in range(3):
        assert tablet.took(tablet.post(**form)).title in STORED
    assert everything() == was


@pytest.mark.django_db
@pytest.mark.parametrize("other", ["no", "later"])
def test_sent_again_with_another_answer_what_was_stored_stays(ready, sam, other):  # noqa: F811
    tablet = ready("confirm")
    form = form_of(tablet, "confirm")
    tablet.post(**form)
    was = everything()
    tablet.post(**{**form, "answer": other})
    assert everything() == was
    assert said(sam)[-1] == ("decision", GMS, "yes")


@pytest.mark.django_db
def test_the_first_confirmation_that_comes_once_more_at_the_second_question_does_not_answer_that(sam, nurse):  # noqa: F811
    tablet = visit_for(sam, nurse).choose("yes")
    late = form_of(tablet, "confirm")
    tablet.press("confirm").press("choose-now")
    assert tablet.took(tablet.post(**late)).title == "What do you want to do?"
    assert said(sam) == [("decision", GP, "yes")]


@pytest.mark.django_db
def test_sent_again_it_does_not_undo_what_staff_have_recorded_since(ready, sam, nurse):  # noqa: F811
    tablet = ready("confirm-later")
    form = form_of(tablet, "confirm-later")
    tablet.post(**form)
    actions.decide(patient=sam, question=GMS, answer=Answer.NO, by=actions.staff(nurse), route="talk")
    was = everything()
    tablet.post(**form)
    assert everything() == was


@pytest.mark.django_db
@each_press
def test_sent_again_after_the_screen_was_cleared_it_is_stored_no_second_time(ready, sam, do):  # noqa: F811
    tablet = ready(do)
    form, had = form_of(tablet, do), said(sam)
    tablet.post(**form)
    Visit.objects.update(last_seen_at=timezone.now() - 2 * visits.IDLE)
    assert tablet.took(tablet.post(**form)).title == KEYPAD
    assert said(sam) == had + STORES[do]


@pytest.mark.django_db
def test_one_form_given_to_the_record_twice_is_one_line_in_it(sam):  # noqa: F811
    form = {"patient": sam, "question": GP, "answer": Answer.YES, "by": actions.PERSON, "route": "talk", "once": "1"}
    assert actions.decide(**form).hash == actions.decide(**form).hash
    assert said(sam) == [("decision", GP, "yes")]


# -- from another tablet ------------------------------------------------------------------------------------------


@pytest.mark.django_db
@each_press
def test_sent_from_a_tablet_that_does_not_have_the_visit_it_stores_nothing(ready, sam, do):  # noqa: F811
    tablet = ready(do)
    other = Tablet()
    form, was = form_of(tablet, do), everything()
    assert other.took(other.post(**form)).title == KEYPAD
    assert everything() == was
    assert tablet.took(tablet.post(**form)).title in STORED


@pytest.mark.django_db
@pytest.mark.parametrize("stored", [True, False], ids=["stored before", "not stored before"])
@each_press
def test_a_visit_that_moved_to_another_tablet_is_confirmed_once_and_only_there(ready, sam, do, stored):  # noqa: F811
    tablet = ready(do)
    form, had = form_of(tablet, do), said(sam)
    if stored:
        tablet.post(**form)
    other = Tablet().tap(visits.new_code(visit=Visit.objects.get(ended_at=None)))
    assert tablet.took(tablet.post(**form)).title == KEYPAD
    assert said(sam) == had + STORES[do] * stored
    form["turn"] = other.fields()["turn"]  # there somebody has pressed since, that it is them
    assert other.took(other.post(**form)).title in STORED
    assert said(sam) == had + STORES[do]


# -- a sample of `make prove`: real servers, really killed ----------------------------------------------------------

# It serves databases of its own, so once is enough: not again where the suite runs on PostgreSQL.
once = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="makes its own databases; run with SQLite only")


def in_a_minute():
    """No kill is begun after this, however slow the machine; so few take seconds."""
    return time.monotonic() + 60


@pytest.fixture
def counts():
    """What came of it: counted in the test, judged here."""
    counted = kills.Counts(seed=Random().randrange(10**6))
    yield counted
    assert counted.good, counted


@once
def test_the_server_is_killed_and_the_wire_is_cut_and_no_answer_is_lost_or_doubled(counts):
    kills.on_sqlite(counts, servers=2, cuts=8, rng=Random(counts.seed), deadline=in_a_minute())
    assert counts.kills["server"] and counts.answers


@once
def test_the_database_cluster_is_killed_and_no_answer_is_lost_or_doubled(counts):
    if reason := why_none():
        pytest.skip(reason)
    kills.on_postgresql(counts, servers=1, clusters=2, cuts=2, rng=Random(counts.seed), deadline=in_a_minute())
    assert counts.kills["cluster"] and counts.answers
