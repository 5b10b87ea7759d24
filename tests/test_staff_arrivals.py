"""Someone came in or moved, told by staff; and the demonstration, which goes the same way."""

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from consent import facts
from consent.models import Entry
from consent.proof import verify
from consent.roles import Role
from registration.models import LegalStatusRecord, Movement, Patient
from tests.staff import Reception, ago, give_posts, typed_moment, words

pytestmark = pytest.mark.django_db
NEW, PAGE = "/staff/people/new/", "/staff/people/A1234BC/"


@pytest.fixture
def reception(db):
    return Reception()


def typed(**more):
    return {
        "number": "A1234BC",
        "given_names": "Sam",
        "family_name": "Pell",
        "home_gp": "unsure",
        "legal_status": "REMAND",
        "prison": "LEI",
        "how": "new",
        "at": typed_moment(ago(0.1)),
        **more,
    }


@pytest.mark.parametrize("number", ["", "1234", "A1234B", "A1234BC; DROP TABLE"])
def test_a_prison_number_that_is_none_is_refused_and_nothing_is_half_written(reception, number):
    response = reception.sends(NEW, **typed(number=number))
    assert response.status_code == 422
    assert 'href="#id_number"' in response.content.decode()
    assert 'value="Pell"' in response.content.decode()
    assert not Patient.objects.exists()


@pytest.mark.parametrize("wrong", [{"at": typed_moment(ago(-1))}, {"at": "x"}, {"prison": "XXX"}, {"how": "balloon"}])
def test_senseless_arrivals_are_refused_whole(reception, wrong):
    assert reception.sends(NEW, **typed(**wrong)).status_code == 422
    assert not Patient.objects.exists() and not Movement.objects.exists()


def test_if_one_part_fails_nothing_is_written(reception, monkeypatch):
    monkeypatch.setattr("registration.actions.record_legal_status", lambda **said: 1 / 0)
    reception.browser.raise_request_exception = False
    assert reception.browser.post(NEW, typed()).status_code == 500
    assert not Patient.objects.exists() and not Movement.objects.exists()


def test_a_person_is_added_with_movement_and_legal_status_at_once(reception):
    page = words(reception.sends(NEW, **typed()))
    assert "A1234BC was added." in page and "Sam Pell" in page
    assert facts.standing_of(Patient.objects.get()).legal_status == "REMAND"
    assert "Rule 17" in page


def test_a_number_alone_is_enough(reception):
    page = words(reception.sends(NEW, **typed(given_names="", family_name="", legal_status="UNKNOWN")))
    assert "Name not known" in page
    assert not LegalStatusRecord.objects.exists()


@pytest.mark.parametrize(
    ("how", "rule"), [("new", "17"), ("transfer", "15"), ("court", "15"), ("absence", "15"), ("roll", "15")]
)
def test_how_they_came_decides_whether_staff_look_first(reception, how, rule):
    assert f"Rule {rule} " in words(reception.sends(NEW, **typed(how=how)))


def test_a_number_that_is_known_gets_the_movement_and_keeps_what_was_known(reception):
    reception.comes(days=5, prison="HLI")
    page = words(reception.sends(NEW, **typed(how="transfer", given_names="Samuel", number="a1234bc")))
    assert "A1234BC was known already. The movement was added" in page
    assert "Arrived from another prison: Leeds (HMP)" in page
    assert Patient.objects.get().given_names == "Sam"


def test_the_number_of_somebody_else_is_refused(reception):
    reception.comes(days=5, name="Someone Else")
    response = reception.sends(NEW, **typed(how="transfer"))
    assert "is known already, with another name" in words(response)
    assert Movement.objects.count() == 1


def test_the_same_arrival_sent_twice_is_one_movement(reception):
    same = typed()  # read once: a minute that turns between the two would make two moments of it
    for _again in range(2):
        reception.sends(NEW, **same)
    assert Movement.objects.count() == 1


MOVES = {
    "to-court": "Out from Leeds (HMP)",
    "to-hospital": "In hospital or care elsewhere",
    "to-prison": "Left Leeds (HMP) on",
    "released": "Left prison on",
    "escaped": "Missing from Leeds (HMP)",
    "died": "Died; recorded for",
}


@pytest.mark.parametrize(("what", "custody"), MOVES.items())
def test_a_movement_is_recorded_and_said_in_words(reception, what, custody):
    reception.comes(days=3)
    page = words(reception.sends(f"{PAGE}movement/", what=what, prison="LEI", at=typed_moment(ago(1))))
    assert custody in page


def test_a_movement_that_changes_nothing_now_says_so(reception):
    person = reception.comes(days=9)
    reception.leaves(person, "SENT_TO_COURT", days=5)
    reception.arrives(person, "RETURN_FROM_COURT", days=4)
    sent = {"prison": "LEI", "at": typed_moment(ago(6))}
    page = words(reception.sends(f"{PAGE}movement/", what="to-court", **sent))
    assert "Recorded. It changes nothing of what stands now, because something later is known." in page
    page = words(reception.sends(f"{PAGE}movement/", what="to-court", prison="LEI", at=typed_moment(ago(1))))
    assert "The movement is recorded." in page and "It changes nothing" not in page


def test_a_movement_without_a_prison_is_refused(reception):
    reception.comes()
    response = reception.sends(f"{PAGE}movement/", what="released", prison="", at=typed_moment(ago(0.1)))
    assert "Choose a prison." in words(response)
    assert Movement.objects.count() == 1


def test_the_demonstration_refuses_in_production(reception, settings):
    settings.IS_DEMONSTRATION = False
    with pytest.raises(CommandError, match="invented people do not belong there"):
        call_command("demo")
    assert not Patient.objects.exists()


def test_the_demonstration_is_loaded_once_and_its_record_is_real(db, capsys):
    call_command("prepare")
    call_command("demo")
    counts = Patient.objects.count(), Movement.objects.count(), Entry.objects.count(), User.objects.count()
    assert counts[0] >= 16
    said = capsys.readouterr().out
    assert "http://localhost:8000/kiosk/" in said
    assert f"{counts[0]} people and {counts[3]} members of staff added" in said
    call_command("demo")
    assert "0 people and 0 members of staff added" in capsys.readouterr().out
    assert counts == (
        Patient.objects.count(),
        Movement.objects.count(),
        Entry.objects.count(),
        User.objects.count(),
    )
    assert not list(verify.faults())


@pytest.mark.long
def test_every_page_of_the_demonstration_opens(db):
    from django.test import Client

    call_command("prepare")
    call_command("demo")
    browser = Client()
    nurse = User.objects.get(username="nurse")
    give_posts(nurse, Role.CLINICIAN)
    browser.force_login(nurse)
    # Of those who have left again one stands for all.
    gone = {"prison_number__startswith": "A2", "prison_number__gt": "A2000DA"}
    for person in Patient.objects.filter(merged_into=None).exclude(**gone):
        page = words(browser.get(f"/staff/people/{person.prison_number}/"))
        assert "Everything on record" in page
        for part in ("visit", "answer", "not-possible", "taken-back", "describe", "legal-status", "movement"):
            assert browser.get(f"/staff/people/{person.prison_number}/{part}/").status_code == 200
        assert browser.get(f"/staff/people/{person.prison_number}/check-before-sending/").status_code == 200
    for path in ("/", "/staff/", "/staff/lists/", "/staff/prisons/", "/staff/lists/messages/"):
        assert "Demonstration: invented people; words not signed off" in words(browser.get(path))
