"""The pages about registrations in a real Chromium: whole on a small tablet, by WCAG, and the one press that copies."""

import pytest
from django.contrib.auth.models import User

from consent import actions, facts
from registration.models import RegistrationRequest
from tests.browser import PASSWORD
from tests.staff import GMS, ago
from tests.test_browser_screens import broken, newcomer

PAGES = (
    "lists/registrations/",
    "lists/registrations-to-confirm/",
    "lists/taken-back/",
    "lists/clinical-record/",
    "people/A1234BC/",
    "people/A1234BC/registration-details/",
    "people/A1234BC/registration-form/",
    "people/A1234BC/clinical-record/",
    "people/A1235BC/taken-back/",
    "people/A1236BC/help-after-taking-back/",
    "registrations/confirm/",
)


@pytest.fixture
def staff(site, open_page):
    """Three people: to make; made; made and taken back."""
    nurse = User.objects.get(username="nurse")
    by = actions.staff(nurse)
    for number, steps in (("A1234BC", ""), ("A1235BC", "made"), ("A1236BC", "made withdrawn")):
        person = newcomer(number)
        said = {"patient": person, "question": GMS, "by": by, "route": "talk"}
        yes = actions.decide(answer=actions.answers.Answer.YES, at=ago(0.01), **said)
        actions.second_look(patient=person, by=by, decision=yes.hash, prison="LEI", route="talk", reason="a test")
        if "made" in steps:
            request = RegistrationRequest.objects.get(patient=person)
            actions.move_request(request=request, to="made", user=nurse, still_here=True)
        if "withdrawn" in steps:
            actions.decide(answer=actions.answers.Answer.WITHDRAWN, **said)

    def opened(**how):
        page = open_page(**how)
        page.goto(f"{site}/staff/")
        page.get_by_label("User name").fill("nurse")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_load_state()
        return page

    return opened


def test_every_page_follows_wcag_and_fits_a_small_tablet(site, staff):
    page, wrong = staff(), {}
    for address in PAGES:
        page.goto(f"{site}/staff/{address}")
        for width, height in ((1280, 800), (600, 1024)):
            page.set_viewport_size({"width": width, "height": height})
            found = [one for one in broken(page) if one[0] != "color-contrast-enhanced"]
            if found or page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wrong[address, width] = found
    assert not wrong


def test_one_press_copies_and_without_javascript_the_text_is_there_to_select(site, staff):
    page = staff()
    page.goto(f"{site}/staff/people/A1234BC/clinical-record/")
    page.get_by_role("button", name="Copy", exact=True).click()
    page.get_by_text("Copied", exact=True).wait_for()
    plain = staff(javascript=False)
    plain.goto(f"{site}/staff/people/A1234BC/clinical-record/")
    assert not plain.locator("#copy-button").is_visible()
    assert plain.get_by_label("The text to paste there").input_value().startswith("GP choices, A1234BC.")
    plain.get_by_role("button", name="It is entered in the clinical record").click()
    plain.wait_for_load_state()
    person = RegistrationRequest.objects.get(patient__prison_number="A1234BC").patient
    assert facts.standing_of(person).questions[GMS].entered
