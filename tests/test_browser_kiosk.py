"""The tablet in a real Chromium: touched twice, cut off, and cleared."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from consent import actions
from consent.kiosk import visits
from consent.models import Entry
from consent.policy import Answer
from registration.actions import patient_with
from registration.movements import Direction, Movement


@pytest.fixture
def sam(site):
    person = patient_with("A1234BC")
    at = timezone.now() - timedelta(hours=1)
    arrival = Movement(at, Direction.IN, "NEW_ADMISSION", prison="LEI")
    actions.record_movement(patient=person, movement=arrival, by="test")
    actions.describe_patient(patient=person, given_names="Sam", family_name="Pell", home_gp="yes")
    actions.decide(patient=person, question="gp-record", answer=Answer.NO, by=actions.PERSON, route="talk")
    return person


def take_up(page, site, person, place="wing"):
    _, code = visits.start(patient=person, place=place, user=User.objects.get(username="nurse"))
    page.goto(f"{site}/kiosk/")
    for number, digit in enumerate(code, start=1):
        page.click(f"button[name=digit][value='{digit}']")
        if number < len(code):
            page.wait_for_selector(f"input[name=digits][value='{code[:number]}']", state="attached")
    page.wait_for_selector("h1:has-text('Your language.')")
    return page


def to_choice(page):
    page.click("text=English")
    page.click("text=I know my answer")
    page.wait_for_selector("h1:has-text('What do you want to do?')")


def answers():
    return Entry.objects.filter(kind="decision").count()


def test_the_three_choices_have_equal_boxes_type_and_colour(site, open_page, sam):
    for width, height in ((1280, 800), (800, 1280), (600, 1024)):
        page = take_up(open_page(width, height), site, sam)
        to_choice(page)
        looks = page.eval_on_selector_all(
            ".choices.three button",
            """buttons => buttons.map(b => {
                const style = getComputedStyle(b), box = b.getBoundingClientRect();
                return [Math.round(box.width), Math.round(box.height), style.fontSize, style.fontWeight, style.color,
                        style.backgroundColor, style.borderColor];
            })""",
        )
        assert len(looks) == 3
        assert looks[0] == looks[1] == looks[2], looks
        assert looks[0][1] >= 150
        assert page.evaluate("document.activeElement.name") != "answer"


def test_a_double_tap_on_this_is_right_stores_one_answer(site, open_page, sam):
    page = take_up(open_page(), site, sam)
    to_choice(page)
    before = answers()
    page.click(".choices.three button[value=yes]")
    page.dblclick("text=This is right")
    page.wait_for_selector("h1:has-text('Thank you.')")
    assert answers() == before + 1


def test_a_lost_connection_says_so_and_the_same_button_works_afterwards(site, open_page, sam):
    page = take_up(open_page(), site, sam)
    to_choice(page)
    page.click(".choices.three button[value=no]")
    before = answers()
    page.context.set_offline(True)
    page.click("text=This is right")
    page.wait_for_selector("text=We do not know yet if it is saved.")
    assert answers() == before
    page.context.set_offline(False)
    page.click("text=This is right")
    page.wait_for_selector("h1:has-text('Thank you.')")
    assert page.is_hidden("text=We do not know yet if it is saved.")
    assert answers() == before + 1


def test_an_answer_whose_reply_was_lost_is_stored_once_when_it_is_sent_again(site, open_page, sam):
    page = take_up(open_page(), site, sam)
    to_choice(page)
    page.click(".choices.three button[value=no]")
    before = answers()

    def drop_the_reply(route):
        route.fetch()
        route.abort()

    page.route("**/kiosk/", drop_the_reply, times=1)
    page.click("text=This is right")
    page.wait_for_selector("text=We do not know yet if it is saved.")
    page.click("text=This is right")
    page.wait_for_selector("h1:has-text('Thank you.')")
    assert answers() == before + 1


def test_after_finish_nothing_is_left_in_the_browser(site, open_page, sam):
    page = take_up(open_page(), site, sam)
    page.click("text=Decide later")
    page.click("text=This is right")
    page.wait_for_selector("h1:has-text('Thank you.')")
    page.click("text=Finish")
    page.wait_for_selector("h1:has-text('Touch the number')")
    # htmx remembers the tablet's one address, and nothing else.
    assert page.evaluate("Object.values({...sessionStorage, ...localStorage})") in ([], ["/kiosk/"])
    assert not [c for c in page.context.cookies() if c["name"] == "kiosk"]
    page.go_back()
    page.wait_for_load_state()
    assert "Thank you." not in page.content()


def test_the_whole_works_with_javascript_switched_off(site, open_page, sam):
    page = take_up(open_page(javascript=False), site, sam)
    to_choice(page)
    page.click(".choices.three button[value=yes]")
    page.click("text=This is right")
    page.wait_for_selector("text=We have not signed you up yet.")


def test_no_page_scrolls_sideways_on_a_small_tablet(site, open_page, sam):
    page = take_up(open_page(600, 1024), site, sam)
    page.click("text=Bigger words")
    page.wait_for_selector("main.bigger")
    to_choice(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 600
