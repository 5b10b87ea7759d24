"""Signing in with a security key, in a real Chromium that has one plugged in: registered, locked, unlocked."""

import io
import re

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import expect

from tests.web_sessions import goes_by

PASSWORD = "orchard kettle window"


@pytest.fixture
def localhost(site, settings):
    """Keys work only in a secure context: https, or localhost by that name."""
    settings.SECOND_FACTOR_REQUIRED = True
    settings.SITE_ADDRESS = site.replace("127.0.0.1", "localhost")
    cache.clear()
    return settings.SITE_ADDRESS


@pytest.fixture
def page(localhost, open_page):
    return open_page()


class PluggedIn:
    """A key in the USB port of this browser; a touch of it needs no finger."""

    def __init__(self, page):
        self.browser = page.context.new_cdp_session(page)
        self.browser.send("WebAuthn.enable")
        self.id = None
        self.put_in()

    def put_in(self):
        key = {"protocol": "ctap2", "transport": "usb", "hasResidentKey": False, "hasUserVerification": False}
        options = {**key, "automaticPresenceSimulation": True}
        self.id = self.browser.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def pull_out(self):
        self.browser.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.id})


def address(*command):
    out = io.StringIO()
    call_command("account", *command, stdout=out)
    return re.search(r"http://localhost:\S+", out.getvalue())[0]


def sets_up(page, name="nadia"):
    page.goto(address("add", name, "--name", "Nadia Nurse"))
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    page.get_by_role("button", name="Go on to the key").click()
    page.get_by_label("A name for this key").fill("Blue key")
    page.get_by_role("button", name="Register my key").click()
    expect(page.locator(".nhsuk-notification-banner")).to_contain_text("Your key is registered, and you are signed in")


def signs_in(page, localhost, to="/staff/"):
    page.goto(localhost + to)
    page.get_by_label("User name").fill("nadia")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("h1")).to_contain_text("Touch your key")


def left_alone(page, **how_long):
    """The same web session, seen by the test's own client, whose clock is moved."""
    client = Client()
    for cookie in page.context.cookies():
        client.cookies[cookie["name"]] = cookie["value"]
    goes_by(client, **how_long)


def test_a_new_account_is_set_up_signs_in_is_locked_and_unlocks_with_its_key(page, localhost):
    PluggedIn(page)
    sets_up(page)
    expect(page.locator("main")).to_contain_text("Blue key")
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("h1")).to_have_text("Sign in")

    signs_in(page, localhost, "/staff/lists/")
    page.get_by_role("button", name="Use my key").click()
    expect(page).to_have_url(f"{localhost}/staff/lists/")

    left_alone(page, minutes=16)
    page.goto(f"{localhost}/staff/account/")
    expect(page.locator("h1")).to_contain_text("Touch your key to go on")
    page.get_by_role("button", name="Use my key").click()
    expect(page).to_have_url(f"{localhost}/staff/account/")
    expect(page.locator("h1")).to_contain_text("My keys")

    # The tablet, in the same browser, receives nothing of it.
    with page.expect_request(f"{localhost}/kiosk/") as request:
        page.goto(f"{localhost}/kiosk/")
    assert "staff=" not in request.value.all_headers().get("cookie", "")


def test_a_key_that_does_not_answer_is_said_in_words_and_nothing_is_opened(page, localhost):
    key = PluggedIn(page)
    sets_up(page)
    page.get_by_role("button", name="Sign out").click()
    # Another key in the port: it knows nothing of this account.
    key.pull_out()
    key.put_in()
    signs_in(page, localhost)
    page.get_by_role("button", name="Use my key").click()
    expect(page.get_by_role("alert")).to_contain_text("The key did not answer")
    page.goto(f"{localhost}/staff/account/")
    expect(page.locator("h1")).to_have_text("Sign in")


def test_a_spare_key_is_added_and_the_first_removed(page, localhost):
    key = PluggedIn(page)
    sets_up(page)
    # The same key twice is no spare.
    page.get_by_role("link", name="Add a key").click()
    page.get_by_role("button", name="Register my key").click()
    expect(page.get_by_role("alert")).to_contain_text("or it is registered here already")
    key.pull_out()
    key.put_in()
    page.get_by_label("A name for this key").fill("Spare")
    page.get_by_role("button", name="Register my key").click()
    expect(page.locator(".nhsuk-notification-banner")).to_contain_text("The key was added")
    page.get_by_role("link", name="Remove Blue key").click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.locator(".nhsuk-summary-list")).not_to_contain_text("Blue key")
    page.get_by_role("button", name="Sign out").click()
    signs_in(page, localhost)
    page.get_by_role("button", name="Use my key").click()
    expect(page).to_have_url(f"{localhost}/staff/")
