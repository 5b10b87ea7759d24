"""Who changed what: settings, tablets and roles for the manager; a person and their registration on their own page."""

from datetime import date, time

import pytest
from django.contrib.auth.models import User
from django.test import Client

from consent import actions
from consent.models import HoldException, Post, Tablet
from consent.roles import Role
from registration import actions as registration
from registration import expecting
from registration.models import Expected, Prison, RegistrationRequest
from tests.enrolled import enrolled
from tests.staff import Reception, ago, give_posts, words
from tests.test_counts import look_again

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("checked_at_once")]


@pytest.fixture
def reception(db):
    return Reception()


@pytest.fixture
def manager(reception):
    user = User.objects.create_user("manager")
    give_posts(user, Role.MANAGER, prison="LEI")
    browser = Client()
    browser.force_login(user)
    return browser


def rows(browser):
    page = words(browser.get("/staff/changes/"))
    return page.partition("person’s page.")[2]


def test_where_nothing_was_changed_the_page_says_so(manager):
    Prison.history.all().delete()
    assert "Nothing was changed yet." in rows(manager)


def test_settings_are_told_as_what_they_were_and_are_by_whoever_set_them(manager):
    form = "/staff/prisons/LEI/settings/"
    manager.post(form, {"hold": "hours", "hold_hours": "48", "takes-": "all", "takes-REMAND": "gp-record"})
    manager.post(form, {"hold": "second-look", "hold_hours": "48", "takes-": "short", "takes-REMAND": ""})
    told = rows(manager)
    assert "manager: How a yes is held." in told
    assert "A yes is held: for a number of hours → until the check before sending" in told
    assert "What reception takes, for: everyone not named. It takes: the whole, with all answers → the short" in told
    assert "What reception takes, for: On remand. Removed." in told


def test_saving_the_same_again_is_no_change(manager):
    form = "/staff/prisons/LEI/settings/"
    for _ in range(3):
        manager.post(form, {"hold": "hours", "hold_hours": "48", "takes-": "all"})
    assert rows(manager).count("manager:") == 2


def test_a_role_that_is_given_and_taken_and_a_tablet_out_of_use_are_told(reception, manager):
    User.objects.create_user("newcomer")
    manager.post("/staff/staff/newcomer/", {"roles": ["reception"]})
    manager.post("/staff/staff/newcomer/", {"sent": "none"})
    tablet, _secret = enrolled("LEI", name="Reception 7")
    manager.post(f"/staff/tablets/{tablet.pk}/revoke/")
    told = rows(manager)
    assert told.index("Tablet Reception 7. Out of use: blank →") < told.index("Tablet Reception 7. Added.")
    given, taken = (
        told.index("Role of newcomer: Reception. Added."),
        told.index("Role of newcomer: Reception. Removed."),
    )
    assert taken < given


def test_whose_yes_is_held_otherwise_is_told_with_who_set_it_and_who_took_it_back(manager):
    form = "/staff/prisons/LEI/settings/held/"
    typed = {"legal_status": "SENTENCED", "home_gp": "", "hold_hours": "72"}
    manager.post(form, {**typed, "hold": "none"})
    manager.post(form, {**typed, "hold": "hours"})
    manager.post(form, {"remove": str(HoldException.objects.get().pk)})
    told = rows(manager)
    about = "manager: Held otherwise: Sentenced; any answer about a GP at home."
    removed, changed, added = told.split(about)[1:4]
    assert "Removed." in removed
    assert "A yes is held: not at all → for a number of hours" in changed
    assert "A yes is held: blank → not at all" in added


def test_a_role_at_every_prison_is_told_at_each_for_it_is_held_there_too(reception, manager):
    newcomer = User.objects.create_user("newcomer")
    Post.objects.create(user=newcomer, role=Role.REGISTRAR)
    Post.objects.create(user=newcomer, role=Role.AUDITOR, prison_id="HLI")
    told = rows(manager)
    assert "Role of newcomer: Registrar, at every prison. Added." in told
    assert "Auditor" not in told


def test_another_prison_is_not_told_of_it(reception, manager):
    Tablet.objects.create(prison_id="HLI", name="Elsewhere 1")
    assert "Elsewhere" not in rows(manager)


def test_the_steps_of_a_registration_stand_on_the_persons_page_with_who_took_them(reception):
    person = reception.comes()
    reception.says(person, "yes")
    look_again(reception, person)
    step = f"/staff/registrations/{RegistrationRequest.objects.get().pk}/"
    reception.sends(step, to="made", still_here="on")
    reception.sends(step, to="rejected", reason="wrong date of birth")
    page = reception.reads("/staff/people/A1234BC/").partition("Who changed what is known of them")[2]
    assert "nurse: Registration with the prison GP. Now: made → rejected; Reason: blank → wrong date of birth" in page
    assert "Now: to make → made" in page


def test_what_is_known_of_a_person_is_told_as_it_was_and_is(reception):
    person = reception.comes()
    known = {"given_names": "Sam", "family_name": "Pell", "needs_interpreter": "on"}
    new = {"nhs_number": "9990000018", "home_gp": "no", "language": "pl"}
    reception.sends("/staff/people/A1234BC/describe/", **known, **new)
    page = reception.reads(f"/staff/people/{person.prison_number}/").partition("Who changed what is known of them")[2]
    for told in (
        "NHS number: blank → 999 000 0018",
        "English → Polish",
        "Has a GP at home → Has no GP at home",
        "no → yes",
    ):
        assert told in page


def test_what_was_known_on_a_record_that_was_joined_is_told_with_its_number(reception):
    kept, removed = reception.comes(), reception.comes("B1234BC", name="Sam Pelle")
    actions.describe_patient(patient=removed, nhs_number="9990000018")
    registration.merge(kept=kept, removed=removed, at=ago(0))
    actions.rebuild_status()
    page = reception.reads("/staff/people/A1234BC/").partition("Who changed what is known of them")[2]
    assert "Record B1234BC. NHS number: blank → 999 000 0018" in page
    assert "Record B1234BC. Joined with another record: no → yes" in page
    assert "Record A1234BC" not in page


def test_that_they_were_expected_is_told_as_the_lists_said_it(reception):
    person = reception.comes(days=20)
    reception.leaves(person, "SENT_TO_COURT", days=0.2)
    said = {
        "patient": person,
        "prison": Prison.objects.get(pk="LEI"),
        "way": "court",
        "comes_from": "Leeds Crown Court",
    }
    told = {"legal_status": "REMAND", "is_certain": True, "by": "nurse", "told_at": ago(0)}
    for hour in (16, 18):
        expecting.expect(**said, **told, on=date(2026, 11, 21), at=time(hour, 30))
    expecting.withdraw(expected=Expected.objects.get(), at=ago(0), by="nurse")
    page = reception.reads("/staff/people/A1234BC/").partition("Who changed what is known of them")[2]
    assert "Expected at Leeds (HMP). Day: blank → 21 November 2026; Time: blank → 16:30; How they come:" in page
    assert "From: blank → Leeds Crown Court; Legal status: blank → On remand" in page
    assert "Expected at Leeds (HMP). Time: 16:30 → 18:30" in page
    assert "Expected at Leeds (HMP). Not coming: blank →" in page
