"""Answers given sooner than anybody can read: stored like any other, said so in the record, and talked over first."""

import json
import random
from datetime import timedelta

import pytest
from django.utils import timezone

from consent import ledger
from consent.kiosk import screens, visits
from consent.models import Entry, Presentation, PrisonPolicy, Visit
from consent.policy import FASTEST_READING, is_faster_than_reading
from consent.proof import verify
from registration.legal_status import LegalStatus
from registration.models import RegistrationRequest
from tests.enrolled import press, take_up
from tests.staff import GMS, GP, Reception, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("checked_at_once")]
CHECK = "/staff/people/{}/check-before-sending/"


@pytest.fixture
def reception(settings):
    settings.FASTEST_READING = None  # as in production: what consent/policy.py says
    return Reception()


@pytest.fixture
def clock(monkeypatch):
    """Time goes by when the test says so."""
    now = [timezone.now()]
    monkeypatch.setattr(timezone, "now", lambda: now[0])

    def goes_by(seconds):
        now[0] += timedelta(seconds=seconds)

    return goes_by


def sits_down(reception, clock, person, place="wing"):
    _, code = visits.start(patient=person, place=place, user=reception.nurse)
    visit = take_up(code)
    clock(2)
    press(visit, "language:en-GB")
    return visit


def words_on(screen):
    return sum(len(screen.words.sentence(name).split()) for name in screen.shown)


def goes_through(visit, clock, answer, seconds_for):
    """Every page to the end; ``seconds_for`` says how long so many words are looked at."""
    for _ in range(40):
        screen = screens.current(visit)
        clock(seconds_for(words_on(screen)))
        do = {"choose": f"choose:{answer}", "check": "check:skipped", "onward": "go"}.get(screen.step.kind, "next")
        if screen.step.kind in ("paper", "end"):
            return
        if screen.step.kind == "choose":
            right = press(visit, do)
            clock(seconds_for(words_on(right)))
            press(visit, "confirm", answer, view="right")
        else:
            press(visit, do)


def data_of(person, question=GMS):
    lines = [ledger.read(entry)["data"] for entry in Entry.objects.filter(chain=person.record_id, kind="decision")]
    return next(data for data in lines if data["question"] == question)


def tapping(_words):
    return 0.3


def test_whoever_taps_on_every_third_of_a_second_is_always_noticed_and_never_stopped(reception, clock):
    for number, answer in enumerate(("yes", "no", "later") * 4):
        person = reception.comes(f"A{number:04d}BC")
        goes_through(sits_down(reception, clock, person), clock, answer, tapping)
        for question in (GP, GMS):
            data = data_of(person, question)
            assert data["answer"] == answer
            assert data["faster_than_reading"] is True
            assert ("pace" in data.get("explain", ())) is (answer == "yes")


def test_of_people_who_read_fewer_than_one_in_twenty_is_said_to_be_too_fast(reception, clock):
    """Brysbaert (2019): 238 words a minute, most adults between 175 and 300; each page costs a touch besides."""
    dice, hurried = random.Random(1), 0
    for number in range(40):
        person = reception.comes(f"B{number:04d}BC")
        speed = dice.gauss(238, 45)
        goes_through(
            sits_down(reception, clock, person), clock, "yes", lambda n, speed=speed: 60 * n / speed + dice.random()
        )
        hurried += "faster_than_reading" in data_of(person)
    assert hurried / 40 < 0.05


def test_the_line_is_what_policy_says():
    assert is_faster_than_reading(words=FASTEST_READING, seconds=59)
    assert not is_faster_than_reading(words=FASTEST_READING, seconds=60)
    assert not is_faster_than_reading(words=10_000, seconds=1, fastest=0)


def test_a_yes_that_came_too_fast_is_held_and_talked_over_before_it_is_sent(reception, clock):
    PrisonPolicy.objects.create(prison_id="LEI", hold="none")
    person = reception.comes(status=LegalStatus.SENTENCED)
    goes_through(sits_down(reception, clock, person), clock, "yes", tapping)
    assert data_of(person)["hold"] == "second-look"
    assert not RegistrationRequest.objects.exists()
    told = "Say it all in your own words: they said yes sooner than anybody can read it."
    for page in (CHECK.format(person.prison_number), f"/staff/people/{person.prison_number}/"):
        assert told in reception.reads(page)
    # Not on a tablet alone: a person talks it over.
    visit = sits_down(reception, clock, person)
    assert press(visit, "still").view == "help"
    assert not Entry.objects.filter(kind="second-look").exists()
    assert list(verify.faults()) == []


def test_a_yes_after_reading_is_not_held_back(reception, clock):
    PrisonPolicy.objects.create(prison_id="LEI", hold="none")
    person = reception.comes(status=LegalStatus.SENTENCED)
    goes_through(sits_down(reception, clock, person), clock, "yes", lambda n: n / 4)
    assert data_of(person)["hold"] == "none"
    assert "explain" not in data_of(person) and "faster_than_reading" not in data_of(person)
    assert RegistrationRequest.objects.exists()
    pace = json.loads(Presentation.objects.get(hash=data_of(person)["presentation"]).body)["pace"]
    assert pace["words"] > 100 and pace["seconds"] >= pace["words"] / 4 - 1


def test_what_was_read_in_an_earlier_visit_counts(reception, clock):
    person = reception.comes()
    visit = sits_down(reception, clock, person)
    for _ in range(6):
        screen = screens.current(visit)
        clock(words_on(screen) / 4)
        if screen.step.kind == "choose":
            press(visit, "choose:no")
            press(visit, "confirm", "no", view="right")
        else:
            press(visit, "check:skipped" if screen.step.kind == "check" else "next")
    press(visit, "finish")
    clock(60 * 60)
    again = sits_down(reception, clock, person)
    press(again, "pick-up")
    goes_through(again, clock, "yes", lambda n: n / 4)
    assert "faster_than_reading" not in data_of(person)


def test_a_visit_that_was_going_on_before_anybody_counted_is_not_said_to_be_fast(reception, clock):
    person = reception.comes()
    visit = sits_down(reception, clock, person)
    old = Visit.objects.get(pk=visit.pk)
    del old.state["took"]
    old.save()
    goes_through(visit, clock, "yes", tapping)
    assert "faster_than_reading" not in data_of(person)


def test_the_staff_copy_says_it(reception, clock):
    from consent.papers import staff_copy

    person = reception.comes()
    goes_through(sits_down(reception, clock, person), clock, "no", tapping)
    entry = next(e for e in Entry.objects.filter(kind="decision") if ledger.read(e)["data"]["question"] == GMS)
    assert ("Faster than reading", "Yes") in staff_copy.facts_of(entry, ledger.opened([entry])[0])
    assert "A1234BC" in words(reception.browser.get("/staff/people/A1234BC/"))
