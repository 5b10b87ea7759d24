"""The rules that staff get wrong stand on the pages where they matter."""

import pytest

from consent.staff.help import HELP
from registration.models import RegistrationRequest
from tests.staff import Reception
from tests.test_counts import look_again

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("checked_at_once")]

PERSON = "/staff/people/A1234BC"
ADDRESS = {
    "today": "/staff/",
    "person": f"{PERSON}/",
    "second-look": f"{PERSON}/check-before-sending/",
    "visit": f"{PERSON}/visit/",
    "interpreter": f"{PERSON}/interpreter/",
    "withdraw": f"{PERSON}/taken-back/",
    "answer": f"{PERSON}/answer/",
    "staff": "/staff/staff/",
}


@pytest.fixture
def reception(db):
    return Reception()


@pytest.mark.parametrize("place", HELP)
def test_each_place_shows_its_lines_and_no_others(reception, place):
    person = reception.comes()
    address = ADDRESS.get(place, f"/staff/lists/{place.partition(':')[2]}/")
    if place == "request":
        reception.says(person, "yes")
        look_again(reception, person)
        address = f"/staff/registrations/{RegistrationRequest.objects.get().pk}/"
    page = reception.reads(address)
    everything = {str(rule.sentence) for rules in HELP.values() for rule in rules}
    own = {str(rule.sentence) for rule in HELP[place]}
    assert {sentence for sentence in everything if sentence in page} == own


def test_nobody_has_to_read_more_than_two_lines_and_each_has_a_source():
    for rules in HELP.values():
        assert 1 <= len(rules) <= 2
        assert all(rule.source and len(str(rule.sentence)) <= 120 for rule in rules)
