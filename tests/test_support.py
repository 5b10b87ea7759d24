"""What makes talking easier, and a clinician's view of whether somebody can decide now."""

from datetime import timedelta

import pytest
from django.utils import timezone

from consent import actions, ledger
from consent.models import Entry
from consent.roles import Role
from consent.staff import wording
from registration.support import CATEGORIES
from tests.staff import GMS, Reception, give_posts, words

pytestmark = pytest.mark.django_db
PAGE = "/staff/people/A1234BC/"
SUPPORT, CAPACITY, LIST = f"{PAGE}support/", f"{PAGE}capacity/", "/staff/lists/capacity/"
VIEW = "With short sentences they could say what yes and no mean; not yet what cannot be undone."


@pytest.fixture
def reception(db):
    return Reception()


def has_only(reception, *roles):
    reception.nurse.posts.all().delete()
    give_posts(reception.nurse, *roles)


def in_days(days):
    return (timezone.localdate() + timedelta(days=days)).isoformat()


# -- support ----------------------------------------------------------------------------------------------------------


def test_the_categories_are_eleven_and_the_first_four_are_those_of_the_accessible_information_standard():
    assert [category.code for category in CATEGORIES] == [f"{n:03d}" for n in range(1, 12)]
    refsets = [category.refset for category in CATEGORIES]
    assert all(refset.startswith("9990021") for refset in refsets[:4]) and set(refsets[4:]) == {""}


def test_what_helps_stands_on_the_page_with_its_codes_and_on_the_list_of_today(reception):
    reception.comes(days=0.1)
    reception.sends(SUPPORT, **{"category-001": "short sentences", "category-009": "a quiet room", "is_shared": "on"})
    page = reception.reads(PAGE)
    assert "short sentences Communication support (001, SNOMED CT 999002121000000109)" in page
    assert "a quiet room Environment (009)" in page
    assert "short sentences; a quiet room" in reception.reads("/staff/")


def test_what_is_taken_out_is_gone_from_the_page_and_kept_in_what_was_changed(reception):
    person = reception.comes(days=0.1)
    reception.sends(SUPPORT, **{"category-004": "large print"})
    reception.sends(SUPPORT, **{"category-004": " "})
    person.refresh_from_db()
    assert (person.support, person.support_is_shared) == ({}, False)
    page = reception.reads(PAGE)
    assert "Nothing is recorded. Ask them." in page
    assert "Support: Information format (004): large print → blank" in page


def test_somebody_who_says_what_helps_does_not_lose_the_rest_of_what_is_known(reception):
    person = reception.comes(days=0.1, nhs_number="9990000018")
    reception.sends(SUPPORT, **{"category-001": "short sentences"})
    person.refresh_from_db()
    assert (person.nhs_number, person.given_names) == ("9990000018", "Sam")


# -- capacity ---------------------------------------------------------------------------------------------------------


def view(reception, review_on=None, **typed):
    day = in_days(3) if review_on is None else review_on
    return reception.sends(CAPACITY, **{"question": GMS, "view": VIEW, "review_on": day, **typed})


@pytest.mark.parametrize(
    "wrong", [{"view": ""}, {"review_on": ""}, {"review_on": in_days(0)}, {"review_on": "soon"}, {"question": "all"}]
)
def test_a_view_needs_its_words_a_decision_and_a_day_ahead_and_loses_nothing_that_was_typed(reception, wrong):
    reception.comes()
    response = view(reception, **wrong)
    assert response.status_code == 422
    assert not Entry.objects.exists()
    assert wrong.get("view", VIEW) in words(response)


def test_a_view_is_in_the_record_in_the_clinicians_words_and_changes_no_rule(reception):
    reception.comes()
    before = reception.reads(PAGE).count("Rule 17")
    assert "Recorded." in words(view(reception))
    line = Entry.objects.get(kind="capacity-view")
    assert ledger.opened([line])[0]["data"]["view"] == VIEW
    assert VIEW.encode() not in bytes(line.body)
    page = reception.reads(PAGE)
    assert f"“{VIEW}”" in page
    assert page.count("Rule 17") == before == 2


def test_only_clinicians_read_it_and_find_it_on_a_list(reception):
    reception.comes()
    view(reception)
    assert "A1234BC" in reception.reads(LIST)
    has_only(reception, Role.RECEPTION, Role.REGISTRAR)
    page = reception.reads(PAGE)
    assert VIEW not in page and "clinician" not in page
    reception.reads(LIST, status=403)
    assert "Look again whether they can decide" not in reception.reads("/staff/lists/")


def test_the_newest_view_says_when_to_look_again_and_a_release_ends_it(reception):
    person = reception.comes(days=2)
    view(reception, in_days(3))
    view(reception, in_days(9))
    page = reception.reads(LIST)
    assert page.count("A1234BC") >= 1 and page.count("Due on") == 1
    assert f"Due on {wording.day(timezone.localdate() + timedelta(days=9))}" in page
    reception.leaves(person, "RELEASED", days=0.1)
    reception.arrives(person, "NEW_ADMISSION")
    assert "Nobody has to be looked at again." in reception.reads(LIST)


def test_a_view_that_they_can_decide_needs_no_day_and_ends_the_review(reception):
    reception.comes()
    view(reception)
    assert "Nobody has to look again." in words(view(reception, can_decide="on", review_on=""))
    assert "Nobody has to be looked at again." in reception.reads(LIST)
    view(reception, in_days(5), can_decide="on")  # who wants to look again says so
    assert f"Due on {wording.day(timezone.localdate() + timedelta(days=5))}" in reception.reads(LIST)


def test_a_view_recorded_in_error_is_skipped_and_the_one_before_it_counts(reception):
    reception.comes()
    view(reception, in_days(3))
    view(reception, in_days(9))
    for line, left in ((1, "Due on"), (0, "Nobody has to be looked at again.")):
        entry = Entry.objects.filter(kind="capacity-view").order_by("pk")[line]
        actions.record_in_error(entry=entry, user=reception.nurse, second=reception.doctor, reason="another person")
        assert left in reception.reads(LIST)


@pytest.mark.parametrize("answer", ["yes", "no", "withdrawn", "later", "not-possible"])
def test_the_review_is_over_once_they_have_answered_that_question_and_not_when_it_was_put_off(reception, answer):
    person = reception.comes(days=2)
    for question in (GMS, "gp-record"):
        reception.says(person, "yes", question=question, days=1)  # before the view: it was about changing it
    view(reception)
    assert "A1234BC" in reception.reads(LIST)
    reception.says(person, answer, question="gp-record")
    assert "A1234BC" in reception.reads(LIST)
    reception.says(person, answer)
    assert ("A1234BC" in reception.reads(LIST)) is (answer in ("later", "not-possible"))


def test_a_view_about_somebody_whose_record_is_sensitive_is_on_their_list_alone(reception):
    reception.comes(is_sensitive=True)
    view(reception)
    assert "A1234BC" not in reception.reads(LIST)
    assert "Look again whether they can decide" in reception.reads("/staff/lists/sensitive/")


# -- why somebody could not be asked ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "shown"), [("No time or private place", True), ("Did not want to talk", False), ("Not well", False)]
)
def test_what_the_site_lacked_is_for_everybody_to_read_and_what_is_the_persons_is_for_clinicians(
    reception, reason, shown
):
    person = reception.comes(days=2)
    reception.says(person, "not-possible", days=1, reason=reason)
    assert reason in reception.reads(PAGE)
    has_only(reception, Role.RECEPTION)
    assert (reason in reception.reads(PAGE)) == shown
