"""How long a yes is held: no setting sends one unseen that has to be looked at again."""

import pytest

from consent.hold import Setting, hold_of
from consent.kiosk import visits
from consent.models import HoldException
from registration.legal_status import LegalStatus
from tests.staff import GP, Reception, words
from tests.test_kiosk import Tablet, to_choice

EVERYONE = Setting("none")
SENTENCED = {"legal_status": LegalStatus.SENTENCED, "home_gp": "yes", "is_explained": True}


@pytest.mark.parametrize("status", ["REMAND", "CONVICTED_UNSENTENCED", "UNKNOWN"])
def test_no_setting_sends_the_yes_of_somebody_who_may_be_on_remand_unseen(status):
    status = LegalStatus(status)
    settings = [EVERYONE, Setting("none", status), Setting("6", status, "no"), Setting("none", "", "no")]
    assert hold_of(settings, legal_status=status, home_gp="no", is_explained=True) == "second-look"


@pytest.mark.parametrize("status", LegalStatus)
def test_no_setting_sends_a_yes_that_was_not_explained_unseen(status):
    assert hold_of([EVERYONE], legal_status=status, home_gp="no", is_explained=False) == "second-look"


def test_a_prison_that_has_set_nothing_holds_every_yes():
    assert hold_of([], **SENTENCED) == "second-look"
    assert hold_of([Setting("none", LegalStatus.RECALL), Setting("none", "", "no")], **SENTENCED) == "second-look"


def test_the_closest_setting_counts_and_legal_status_before_gp_at_home():
    settings = [EVERYONE, Setting("6", "", "yes"), Setting("12", LegalStatus.SENTENCED)]
    assert hold_of(settings, **SENTENCED) == "12"
    assert hold_of([*settings, Setting("24", LegalStatus.SENTENCED, "yes")], **SENTENCED) == "24"
    assert hold_of(settings[:2], **SENTENCED) == "6"
    assert hold_of(settings[:1], **SENTENCED) == "none"


# -- what a manager sets, and what follows ----------------------------------------------------------------------------

HELD = "/staff/prisons/LEI/settings/held/"


@pytest.fixture
def reception(db):
    return Reception()


def test_an_exception_that_names_nobody_is_refused(reception):
    response = reception.sends(HELD, legal_status="", home_gp="", hold="none", hold_hours="72")
    assert response.status_code == 422
    assert "Choose a legal status, a GP at home, or both." in words(response)
    assert not HoldException.objects.exists()


def test_nobody_who_may_be_on_remand_can_be_made_an_exception(reception):
    assert reception.sends(HELD, legal_status="REMAND", hold="none", hold_hours="72").status_code == 422


def test_an_exception_counts_for_whoever_it_names_until_it_is_removed(reception):
    reception.sends(HELD, legal_status="SENTENCED", home_gp="no", hold="none", hold_hours="72")
    assert "Sentenced; Has no GP at home: held not at all." in reception.reads(HELD)
    homeless = reception.comes("A1111AA", status=LegalStatus.SENTENCED, home_gp="no")
    with_a_gp = reception.comes("A2222AA", status=LegalStatus.SENTENCED)
    reception.says(homeless, "yes", is_explained=True)
    reception.says(with_a_gp, "yes", is_explained=True)
    assert homeless.registration_requests.exists()
    assert not with_a_gp.registration_requests.exists()
    reception.sends(HELD, remove=str(HoldException.objects.get().pk))
    assert "Nobody is held otherwise" in reception.reads(HELD)
    after = reception.comes("A3333AA", status=LegalStatus.SENTENCED, home_gp="no")
    reception.says(after, "yes", is_explained=True)
    assert not after.registration_requests.exists()


def test_the_same_group_set_again_is_set_anew(reception):
    for hours in ("6", "12"):
        reception.sends(HELD, legal_status="RECALL", home_gp="", hold="hours", hold_hours=hours)
    assert HoldException.objects.get().hold_hours == 12


def test_where_nothing_is_held_a_yes_by_talking_is_checked_all_the_same(reception):
    reception.sends(HELD, legal_status="SENTENCED", home_gp="", hold="none", hold_hours="72")
    person = reception.comes("A1111AA", status=LegalStatus.SENTENCED)
    reception.says(person, "yes")  # nobody says that all of it was told
    assert not person.registration_requests.exists()
    assert "check before sending" in reception.reads("/staff/people/A1111AA/")


@pytest.mark.parametrize(("days", "title"), [(0.0, "You have already answered."), (1.0, "Is it still yes?")])
def test_a_tablet_checks_a_yes_from_the_next_day_on_and_not_sooner(reception, days, title):
    person = reception.comes(days=2)
    reception.says(person, "no", question=GP, days=days)
    reception.says(person, "yes", days=days)
    _visit, code = visits.start(patient=person, place="wing", user=reception.nurse)
    assert Tablet().tap(code).press("language:en-GB").title == title


@pytest.mark.parametrize("hears_it_all", [True, False])
def test_where_nothing_is_held_a_yes_on_a_tablet_is_checked_unless_all_of_it_was_shown(reception, hears_it_all):
    reception.sends(HELD, legal_status="SENTENCED", home_gp="", hold="none", hold_hours="72")
    person = reception.comes(status=LegalStatus.SENTENCED)
    reception.says(person, "no", question=GP)
    _visit, code = visits.start(patient=person, place="wing", user=reception.nurse)
    tablet = Tablet().tap(code).press("language:en-GB")
    if hears_it_all:
        to_choice(tablet)
    else:
        tablet.press("choose-now")
    tablet.choose("yes").press("confirm")
    assert person.registration_requests.exists() == hears_it_all
