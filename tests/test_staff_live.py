"""What changes on a staff page while nobody touches it, in a real Chromium."""

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from consent.kiosk import visits
from consent.models import Visit
from registration.actions import patient_with
from tests.browser import PASSWORD
from tests.enrolled import take_up
from tests.staff import ago

WAIT = 16_000  # a little more than the pages wait between two looks


@pytest.fixture
def nurse(site, open_page):
    """Signed in, with someone new at Leeds and a clock that can be moved on."""
    from consent import actions
    from registration.legal_status import LegalStatus
    from registration.movements import Direction, Movement

    actions.receive_person(
        number="A1111AA",
        movement=Movement(ago(0.1), Direction.IN, "NEW_ADMISSION", prison="LEI"),
        user=User.objects.get(username="nurse"),
        legal_status=LegalStatus.REMAND,
        described={
            "given_names": "Sam",
            "family_name": "Pell",
            "date_of_birth": None,
            "home_gp": "yes",
            "language": "",
        },
    )
    page = open_page()
    page.clock.install()
    page.goto(f"{site}/staff/")
    page.get_by_label("User name").fill("nurse")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_selector("#calls", state="attached")
    page.wait_for_load_state()
    return page


def presses_help(page, is_wanted=True):
    # The page may still be asking: SQLite in memory lets nobody write while somebody reads.
    page.wait_for_load_state("networkidle")
    visit = Visit.objects.get(ended_at=None)
    visit.state.pop("help_at", None)
    if is_wanted:
        visit.state["help_at"] = ago().isoformat()
    visit.save(update_fields=["state"])


def test_a_call_for_help_comes_to_today_by_itself_and_goes_when_it_is_answered(nurse):
    visit, code = visits.start(
        patient=patient_with("A1111AA"), place="reception", user=User.objects.get(username="nurse")
    )
    take_up(code)
    calls = nurse.locator("#calls")
    expect(calls).not_to_contain_text("Help was pressed")
    presses_help(nurse)
    nurse.clock.run_for(WAIT)
    expect(calls).to_contain_text("Help was pressed at the tablet")
    presses_help(nurse, False)
    nurse.clock.run_for(WAIT)
    expect(calls).not_to_contain_text("Help was pressed")
    presses_help(nurse)
    nurse.clock.run_for(WAIT)
    calls.get_by_role("button", name="We are with them").click()
    expect(nurse.locator("h1")).to_contain_text("Today")
    nurse.wait_for_load_state()
    expect(calls).not_to_contain_text("Help was pressed")
    visit.refresh_from_db()
    assert "help_at" not in visit.state


def test_the_code_gives_way_once_the_tablet_has_it(nurse):
    nurse.get_by_role("link", name="Start a visit").click()
    nurse.get_by_role("button", name="Start and get the code").click()
    code = re.sub(r"\D", "", nurse.locator(".staff-code").inner_text())
    nurse.wait_for_load_state()
    take_up(code)
    nurse.clock.run_for(WAIT)
    expect(nurse.locator("#visit-now")).to_contain_text("On a tablet. Last touched:")
    expect(nurse.locator(".staff-code")).to_have_count(0)
    presses_help(nurse)
    nurse.clock.run_for(WAIT)
    nurse.get_by_role("button", name="We are with them").click()
    expect(nurse.locator("h1")).to_contain_text("Visit at a tablet")
    expect(nurse.locator("#visit-now")).not_to_contain_text("Help was pressed")
