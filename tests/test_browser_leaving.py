"""The pages of leaving and of screening in Chromium: axe-core, and no sideways scrolling on a small tablet."""

from datetime import timedelta

import pytest
from django.utils import timezone

from consent import actions
from registration.legal_status import LegalStatus
from registration.movements import Direction, Movement
from tests.browser import PASSWORD
from tests.test_browser_screens import broken, newcomer

PERSON = "/staff/people/A1234BC/"
PAGES = (
    PERSON,
    f"{PERSON}leaving/",
    f"{PERSON}screening/",
    "/staff/lists/leaving/",
    "/staff/lists/left-after-sent/",
    "/staff/lists/screening/",
    "/staff/people/A1235BC/leaving/",
)


@pytest.fixture
def people(site):
    """Somebody on remand who is in court tomorrow, and somebody who has left."""
    sam, kim = newcomer("A1234BC"), newcomer("A1235BC")
    now = timezone.now()
    actions.record_legal_status(patient=sam, status=LegalStatus.REMAND, at=now, source="test")
    tomorrow, soon = (timezone.localdate() + timedelta(days=days) for days in (1, 20))
    born = timezone.localdate() - timedelta(days=55 * 366)
    actions.describe_patient(
        patient=sam, next_court=tomorrow, expected_release=soon, leaving_told_at=now, date_of_birth=born
    )
    actions.record_note(
        patient=kim, kind="registered", by={"who": "staff", "name": "nurse"}, question="gms-registration"
    )
    left = Movement(now - timedelta(minutes=50), Direction.OUT, "RELEASED", prison="LEI")
    actions.record_movement(patient=kim, movement=left, by="test")


def test_every_page_follows_wcag_and_fits_a_small_tablet(site, open_page, people):
    page = open_page()
    page.goto(f"{site}/staff/")
    page.fill("input[name=username]", "nurse")
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    wrong = {}
    for path in PAGES:
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(site + path)
        found = [fault for fault in broken(page) if fault[0] != "color-contrast-enhanced"]
        page.set_viewport_size({"width": 600, "height": 1024})
        sideways = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if found or sideways > 0:
            wrong[path] = found, sideways
    assert wrong == {}
