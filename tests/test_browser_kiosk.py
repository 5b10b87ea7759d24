"""The tablet in a real Chromium: touched twice or by mistake, cut off, and cleared."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import expect

from consent import actions
from consent.kiosk import visits
from consent.models import Entry, Visit
from consent.policy import Answer
from registration.actions import patient_with
from registration.movements import Direction, Movement
from tests.enrolled import cookie_of, enrolled
from tests.walk import WALKED, awake, tap_in, touch, touch_on


@pytest.fixture
def sam(site):
    person = patient_with("A1234BC")
    at = timezone.now() - timedelta(hours=1)
    arrival = Movement(at, Direction.IN, "NEW_ADMISSION", prison="LEI")
    actions.record_movement(patient=person, movement=arrival, by="test")
    actions.describe_patient(patient=person, given_names="Sam", family_name="Pell", home_gp="yes")
    actions.decide(patient=person, question="gp-record", answer=Answer.NO, by=actions.PERSON, route="talk")
    return person


def take_up(page, site, person, place="wing", says="me"):
    _, code = visits.start(patient=person, place=place, user=User.objects.get(username="nurse"))
    page.goto(f"{site}/kiosk/")
    tap_in(page, code, says=says)
    comes(page, "Touch your language." if says else "Is this you?")
    return page


def comes(page, title):
    expect(page.locator("h1")).to_have_text(title)


def to_choice(page):
    touch_on(page, "language:en-GB", "choose-now")
    comes(page, "What do you want to do?")


def is_thanked(page):
    comes(page, "Do you want this on paper?")
    touch(page, "paper:none")
    comes(page, "Thank you.")


def answers():
    return Entry.objects.filter(kind="decision").count()


def secret_of(page, site):
    return {cookie["name"]: cookie["value"] for cookie in page.context.cookies(f"{site}/kiosk/")}["tablet"]


def middle(page, do):
    box = page.locator(f"main button[value='{do}']:visible:enabled").first.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_the_choices_are_equal_on_every_size_and_none_is_chosen_already(site, open_page, sam):
    for width, height in ((1280, 800), (800, 1280), (600, 1024)):
        page = take_up(open_page(width, height), site, sam)
        to_choice(page)
        looks = page.eval_on_selector_all(
            ".choices.three .pick",
            """buttons => buttons.map(b => {
                const style = getComputedStyle(b), box = b.getBoundingClientRect();
                return [Math.round(box.width), Math.round(box.height), style.fontSize, style.fontWeight, style.color,
                        style.backgroundColor, style.borderColor];
            })""",
        )
        assert len(looks) == 3
        assert looks[0] == looks[1] == looks[2], looks
        assert looks[0][1] >= 189
        assert page.evaluate("document.activeElement.id") == "kiosk"


# -- hands that shake -------------------------------------------------------------------------------------------------


def test_a_double_tap_on_this_is_right_stores_one_answer(site, open_page, sam):
    page = take_up(open_page(), site, sam)
    to_choice(page)
    before = answers()
    touch_on(page, "choose:yes")
    page.locator("main button[value=confirm]").dblclick()
    is_thanked(page)
    assert answers() == before + 1


def test_a_second_tap_on_a_screen_that_has_just_come_does_nothing(site, open_page, sam):
    page = open_page()
    # The 300 ms of a new screen are over when the test says so, however slow the machine is.
    page.add_init_script(
        """const later = window.setTimeout.bind(window);
        window.setTimeout = (what, ms, ...more) => ms === 300 ? (window.wake = what, 0) : later(what, ms, ...more);"""
    )
    take_up(page, site, sam, says="")
    for do in ("me", "language:en-GB", "choose-now", "choose:no"):
        page.evaluate("wake()")
        touch_on_while_deaf(page, do)
    comes(page, "Is this right?")
    before = answers()
    page.mouse.dblclick(*middle(page, "confirm"))
    page.mouse.click(*middle(page, "back"))
    page.locator("main button[value=confirm]").focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)
    comes(page, "Is this right?")
    assert answers() == before
    page.evaluate("wake()")
    page.mouse.click(*middle(page, "confirm"))
    comes(page, "Do you want this on paper?")
    assert answers() == before + 1


def touch_on_while_deaf(page, do):
    """The screen that comes is left deaf."""
    page.evaluate(WALKED)
    touch(page, do)
    page.wait_for_selector("#kiosk[data-deaf]:not([data-walked])", state="attached")


def test_a_screen_hears_again_a_moment_after_it_came(site, open_page, sam):
    page = open_page()
    page.add_init_script(
        """new MutationObserver((changes) => changes.forEach(({ target }) => {
          if (target.id === "kiosk") (window.deaf ??= []).push(["deaf" in target.dataset, performance.now()]);
        })).observe(document, { attributes: true, attributeFilter: ["data-deaf"], subtree: true });"""
    )
    take_up(page, site, sam)
    awake(page)
    (is_deaf, since), (is_still_deaf, until) = page.evaluate("deaf")[-2:]
    assert (is_deaf, is_still_deaf) == (True, False)
    assert 295 <= until - since < 2000


def test_a_finger_that_slides_off_a_button_does_nothing(site, open_page, sam):
    page = take_up(open_page(), site, sam)
    to_choice(page)
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    for off in (page.locator("h1").bounding_box(), page.locator("button[value='choose:no']").bounding_box()):
        page.mouse.move(*middle(page, "choose:yes"))
        page.mouse.down()
        page.wait_for_timeout(100)
        comes(page, "What do you want to do?")  # nothing happens while it is down, either
        page.mouse.move(off["x"] + 9, off["y"] + 9, steps=4)
        page.mouse.up()
        page.wait_for_timeout(300)
        comes(page, "What do you want to do?")
    assert requests == []
    page.mouse.move(*middle(page, "choose:yes"))
    page.mouse.down()
    page.mouse.up()
    comes(page, "Is this right?")


def test_a_long_press_or_double_tap_selects_no_words_and_opens_no_menu(site, open_page, sam):
    page = take_up(open_page(), site, sam)
    touch_on(page, "language:en-GB")
    page.evaluate("""() => { window.menus = [];
        window.addEventListener("contextmenu", (event) => window.menus.push(event.defaultPrevented)); }""")
    page.locator("h1").click(click_count=3)
    assert page.evaluate("getSelection().toString()") == ""
    page.locator("h1").click(button="right")
    assert page.evaluate("menus") == [True]


def test_no_service_worker_can_be_put_between_the_tablet_and_the_server(site, chromium):
    """Asked for by the page itself, for a script of our own: the policy refuses before anything is fetched."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{site}/kiosk/")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    why = page.evaluate(
        "navigator.serviceWorker.register('/static/kiosk/kiosk.js').then(() => 'registered', (problem) => problem.name)"
    )
    context.close()
    assert (why, asked) == ("SecurityError", [])


# -- a network that fails ---------------------------------------------------------------------------------------------


def test_a_touch_that_got_lost_says_so_and_the_same_button_works_afterwards(site, open_page, sam):
    page = take_up(open_page(), site, sam)
    to_choice(page)
    touch_on(page, "choose:no")
    before = answers()
    page.context.set_offline(True)
    touch(page, "confirm")
    page.wait_for_selector("text=We do not know yet if it is saved.")
    assert answers() == before
    page.context.set_offline(False)
    touch(page, "confirm")
    comes(page, "Do you want this on paper?")
    assert page.is_hidden("text=We do not know yet if it is saved.")
    is_thanked(page)
    assert answers() == before + 1


def test_an_answer_whose_reply_was_lost_is_stored_once_when_it_is_sent_again(site, open_page, sam):
    page = take_up(open_page(), site, sam)
    to_choice(page)
    touch_on(page, "choose:no")
    before = answers()

    def drop_the_reply(route):
        route.fetch()
        route.abort()

    page.route("**/kiosk/", drop_the_reply, times=1)
    touch(page, "confirm")
    page.wait_for_selector("text=We do not know yet if it is saved.")
    touch(page, "confirm")
    is_thanked(page)
    assert answers() == before + 1


# -- the next person --------------------------------------------------------------------------------------------------


def test_after_finish_nothing_is_left_in_the_browser(site, open_page, sam):
    page = take_up(open_page(), site, sam)
    touch_on(page, "later", "confirm-later")
    is_thanked(page)
    secret = secret_of(page, site)
    touch_on(page, "finish")
    comes(page, "Touch the number that staff give you.")
    # htmx remembers the tablet's one address, and nothing else.
    assert page.evaluate("Object.values({...sessionStorage, ...localStorage})") in ([], ["/kiosk/"])
    assert [c["name"] for c in page.context.cookies() if c["path"] == "/kiosk/"] == ["tablet"]
    assert secret_of(page, site) != secret
    page.go_back()
    page.wait_for_load_state()
    assert "Thank you." not in page.content()


def test_the_page_of_the_person_makes_way_for_a_new_one_without_an_entry_in_the_history(site, open_page, sam):
    page = take_up(open_page(), site, sam)
    touch_on(page, "bigger", "listen", "help")
    entries = page.evaluate("() => { window.left = 'by the one before'; return history.length; }")
    touch(page, "finish")
    comes(page, "Touch the number that staff give you.")
    assert page.evaluate("[typeof window.left, history.length]") == ["undefined", entries]
    assert page.evaluate("[document.title, location.pathname + location.search, document.activeElement.tagName]") == [
        *("GP", "/kiosk/", "BODY")
    ]
    assert page.locator("main.bigger").count() == 0
    assert page.locator("html").get_attribute("lang") == "en-GB"


def test_nothing_is_asked_of_any_other_host(site, open_page, sam):
    page, asked = open_page(), set()
    page.on("request", lambda request: asked.add(request.url.split("/")[2] if "//" in request.url else ""))
    take_up(page, site, sam)
    touch_on(page, "listen", "language:ar", "next", "listen", "help", "finish")
    comes(page, "Touch the number that staff give you.")
    assert asked - {""} == {site.removeprefix("http://")}


# -- the tablet that waits --------------------------------------------------------------------------------------------


def waits(page, site):
    tablet, secret = enrolled()
    page.context.add_cookies([cookie_of(secret, site)])
    page.goto(f"{site}/kiosk/")
    comes(page, "Touch the number that staff give you.")
    return tablet


@pytest.mark.parametrize("javascript", [True, False])
def test_a_visit_that_is_sent_comes_to_the_tablet_that_waits_by_itself(site, open_page, sam, javascript):
    page = open_page(javascript=javascript)
    tablet = waits(page, site)
    visits.start(patient=sam, place="wing", user=User.objects.get(username="nurse"), tablet=tablet)
    page.wait_for_selector(".you")
    touch_on(page, "me")
    comes(page, "Touch your language.")


def test_what_is_tapped_stays_while_the_tablet_asks_and_a_lost_question_says_nothing(site, open_page, sam):
    page = open_page()
    waits(page, site)
    page.click("button[name=digit][value='7']")
    page.wait_for_selector("input[name=digits][value='7']", state="attached")
    with page.expect_response(lambda response: response.status == 204):
        pass
    page.context.set_offline(True)
    with page.expect_event("requestfailed"):
        pass
    page.context.set_offline(False)
    with page.expect_response(lambda response: response.status == 204):
        pass
    assert page.locator("input[name=digits]").get_attribute("value") == "7"
    assert page.is_hidden("#lost")


def test_a_visit_that_staff_end_leaves_the_glass_without_a_touch_and_a_lost_question_disturbs_nobody(
    site, open_page, sam
):
    page = open_page()
    # The ten seconds are over when the test says so.
    page.add_init_script(
        """const later = window.setTimeout.bind(window);
        window.setTimeout = (what, ms, ...more) => ms === 10000 ? (window.asks = what, 0) : later(what, ms, ...more);"""
    )
    take_up(page, site, sam)
    touch_on(page, "language:en-GB")
    title = page.locator("h1").inner_text()
    page.context.set_offline(True)
    with page.expect_event("requestfailed"):
        page.evaluate("asks()")
    page.context.set_offline(False)
    with page.expect_response(lambda response: response.status == 204):
        page.evaluate("asks()")
    assert page.is_hidden("#lost")
    comes(page, title)
    visits.end(visit=Visit.objects.get(ended_at=None), how="ended by staff")
    page.evaluate("asks()")
    comes(page, "Touch the number that staff give you.")
    assert "Sam" not in page.content()


def test_the_whole_works_with_javascript_switched_off(site, open_page, sam):
    page = take_up(open_page(javascript=False), site, sam)
    to_choice(page)
    touch_on(page, "choose:yes", "confirm", "paper:full")
    page.wait_for_selector("text=We have not signed you up yet.")


def test_no_page_scrolls_sideways_on_a_small_tablet(site, open_page, sam):
    page = take_up(open_page(600, 1024), site, sam)
    touch_on(page, "bigger")
    assert page.locator("main.bigger").count() == 1
    to_choice(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 600
