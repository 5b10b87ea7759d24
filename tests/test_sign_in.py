"""Signing in, being locked out and being locked: what keeps others out, and lets the nurse on with her work."""

import os
import string
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.conf import settings as configured
from django.contrib.auth.models import User
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils import timezone

from consent.staff.accounts import limits, web_session
from tests.published import publish
from tests.staff import words
from tests.web_sessions import goes_by

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "orchard kettle window"
SECRET = generate_totp_secret()
PRISON, HOSPITAL = "192.0.2.1", "198.51.100.7"
POLLED = {"HX-Request": "true"}
STAFF_PAGES = ("/staff/", "/staff/lists/", "/staff/people/A1234BC/", "/staff/account/", "/staff/account/key/")


@pytest.fixture(autouse=True)
def nobody_tried_yet(settings):
    # Hundreds of wrong passwords: how long one takes to check is Django's to test.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


@pytest.fixture
def key_needed(settings):
    settings.SECOND_FACTOR_REQUIRED = True


def account(name, *, with_app=True):
    user = User.objects.create_user(name, password=PASSWORD)
    if with_app:
        TOTP.activate(user, SECRET)
    return user


@pytest.fixture
def nurse():
    return account("nurse")


@pytest.fixture
def demo_nurse():
    """An account of the demonstration, as its login is printed: no key."""
    return account("nurse", with_app=False)


def browser(address=PRISON, **more):
    return Client(REMOTE_ADDR=address, **more)


def types(client, name="nurse", password=PASSWORD, **more):
    return client.post("/staff/sign-in/", {"username": name, "password": password, **more})


def code(steps=0):
    """A code of the app; each step is half a minute later, and another code."""
    import time

    return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30 + steps))


def with_code(client, typed=None, path="/staff/sign-in/key/", **more):
    cache.clear() if typed is None else None  # a code used a moment ago in the same test
    return client.post(path, {"code": typed or code(), **more})


def signed_in(address=PRISON, name="nurse"):
    client = browser(address)
    types(client, name)
    with_code(client)
    assert is_in(client)
    return client


def is_in(client):
    return client.get("/staff/account/").status_code == 200


@pytest.fixture
def clock(monkeypatch):
    """Sets the clock so far ahead of when the test began."""

    now = timezone.now()

    def ahead(**how_long):
        monkeypatch.setattr(limits.timezone, "now", lambda: now + timedelta(**how_long))

    return ahead


# ---------------------------------------------------------------- password alone


@pytest.mark.usefixtures("key_needed")
@pytest.mark.parametrize("with_app", [True, False])
def test_a_password_alone_never_opens_a_staff_page(with_app):
    account("nurse", with_app=with_app)
    client = browser()
    types(client)
    for page in STAFF_PAGES:
        response = client.get(page)
        assert (response.status_code, response.url.partition("?")[0]) == (302, "/staff/sign-in/"), page
        assert client.post(page).status_code == 302
    assert "signed-in" not in client.session


@pytest.mark.usefixtures("key_needed")
def test_a_web_session_that_no_sign_in_page_began_is_none(nurse):
    client = browser()
    client.force_login(nurse)
    assert not is_in(client)
    # Nor one that a password alone began, while a demonstration allowed it.
    client = browser()
    client.force_login(nurse)
    now = timezone.now().isoformat()
    session = client.session
    session["signed-in"] = {"begun": now, "used": now, "proved": now, "by": "password"}
    session.save()
    assert not is_in(client)


def test_in_a_demonstration_too_a_key_that_is_there_is_needed(nurse):
    client = browser()
    assert types(client).url.startswith("/staff/sign-in/key/")
    assert not is_in(client)
    assert with_code(client, "000000").status_code == 422
    assert not is_in(client)


def test_in_a_demonstration_an_account_without_a_key_signs_in_as_its_printed_login_says(demo_nurse):
    client = browser()
    assert types(client).url == "/staff/"
    assert is_in(client)


@pytest.mark.usefixtures("key_needed")
def test_the_second_page_alone_is_nothing(nurse):
    client = browser()
    assert with_code(client).url.startswith("/staff/sign-in/?")
    assert not is_in(client)
    types(client)
    goes_by(client, minutes=11)
    assert with_code(client).url.startswith("/staff/sign-in/?")
    assert not is_in(client)


@pytest.mark.usefixtures("key_needed")
def test_a_password_changed_between_the_two_pages_ends_it(nurse):
    client = browser()
    types(client)
    nurse.set_password("another password")
    nurse.save()
    assert with_code(client).url.startswith("/staff/sign-in/?")


@pytest.mark.usefixtures("key_needed")
def test_what_a_browser_sends_in_place_of_a_key_is_no_more_than_wrong(nurse):
    for junk in ("", "{}", "[]", "7", "null", '"x"', '{"response": {}}', '{"id": "AA", "rawId": "AA", "response": 1}'):
        client = browser()
        types(client)
        assert client.post("/staff/sign-in/key/", {"credential": junk}).status_code == 422, junk
        cache.clear()
        assert not is_in(client)


def test_a_code_is_good_once(nurse):
    used = code()
    client, other = browser(), browser()
    types(client), types(other)
    assert client.post("/staff/sign-in/key/", {"code": used}).status_code == 302
    response = other.post("/staff/sign-in/key/", {"code": used})
    assert response.status_code == 422 and "was used before" in words(response)


def test_production_refuses_to_do_without_the_key():
    hosts = {"ALLOWED_HOSTS": "a.example", "KIOSK_HOST": "kiosk.example", "STAFF_HOST": "staff.example"}
    environment = {**os.environ, "MODE": "production", "SECRET_KEY": string.ascii_letters + string.digits, **hosts}
    names = "SECOND_FACTOR_REQUIRED SESSION_COOKIE_NAME SESSION_COOKIE_SECURE SESSION_COOKIE_PATH CSRF_COOKIE_NAME "
    names += "SITE_ADDRESS WEBAUTHN_HOST"
    ask = f"from config import settings; print(*(getattr(settings, name) for name in {names.split()}))"

    def started(**more):
        done = [sys.executable, "-c", ask]
        return subprocess.run(done, cwd=ROOT, env={**environment, **more}, capture_output=True, text=True, check=False)

    refused = started(SECOND_FACTOR_REQUIRED="off")
    assert refused.returncode and "SECOND_FACTOR_REQUIRED is off" in refused.stderr
    assert "on or off" in started(SECOND_FACTOR_REQUIRED="perhaps").stderr
    assert started().stdout.strip() == "True __Host-staff True / __Host-csrf https://staff.example staff.example"


# ---------------------------------------------------------------- wrong names and passwords


def test_an_unknown_a_wrong_and_a_closed_account_are_told_the_same(nurse):
    User.objects.create_user("gone", password=PASSWORD, is_active=False)
    said = {
        words(types(browser(), name, password)).replace(name, "")
        for name, password in (("nurse", "wrong"), ("nobody", PASSWORD), ("gone", PASSWORD))
    }
    assert len(said) == 1
    assert "Check both and try again" in said.pop()


def test_five_wrong_passwords_lock_the_account_here_and_the_page_says_until_when(nurse):
    client = browser()
    for _ in range(5):
        assert types(client, password="wrong").status_code == 422
    response = types(client)
    assert response.status_code == 429
    until = timezone.localtime(timezone.now() + timedelta(minutes=15))
    said = words(response)
    assert any(f"{until + timedelta(minutes=late):%H:%M}" in said for late in (0, 1))
    assert "Try again then, or on a computer elsewhere" in said


def test_an_unknown_account_is_locked_with_the_same_words(nurse):
    said = set()
    for name in ("nurse", "nobody"):
        client = browser()
        for _ in range(5):
            types(client, name, "wrong")
        response = types(client, name, "wrong")
        assert response.status_code == 429
        said.add(words(response).replace(name, ""))
    assert len(said) == 1


def test_after_a_quarter_of_an_hour_they_sign_in(nurse, clock):
    client = browser()
    for _ in range(5):
        types(client, password="wrong")
    clock(minutes=14, seconds=50)
    assert types(client).status_code == 429
    clock(minutes=15, seconds=30)
    assert types(client).status_code == 302
    # One more mistake then is one mistake.
    assert types(browser(), password="wrong").status_code == 422
    assert types(browser()).status_code == 302


def test_mistakes_spread_over_a_morning_lock_nobody(nurse, clock):
    for quarter in range(12):
        clock(minutes=16 * quarter)
        for _ in range(2):
            assert types(browser(), password="wrong").status_code == 422


def test_sixty_wrong_tries_for_many_names_in_the_prison_leave_another_nurse_her_sign_in(nurse):
    for n in range(60):
        types(browser(), f"nurse{n % 20}", "wrong")
    client = browser()
    types(client)
    with_code(client, code())
    assert is_in(client)


def test_a_thousand_wrong_tries_from_the_prison_leave_her_two_of_her_own(nurse):
    address = limits.key_of("address", PRISON)
    cache.set(address, [timezone.now().timestamp()] * 1000)
    assert types(browser(), password="wrong").status_code == 422
    assert types(browser()).status_code == 302
    types(browser(), password="wrong")
    assert types(browser()).status_code == 429


def test_a_nurse_locked_in_the_prison_signs_in_from_elsewhere(nurse):
    for _ in range(6):
        types(browser(), password="wrong")
    assert types(browser()).status_code == 429
    elsewhere = browser(HOSPITAL)
    types(elsewhere)
    with_code(elsewhere, code())
    assert is_in(elsewhere)
    # That she got in elsewhere opens nothing here.
    assert types(browser()).status_code == 429


def test_guesses_at_one_account_from_everywhere_only_slow(nurse):
    for n in range(50):
        types(browser(f"203.0.113.{n}"), password="wrong")
    assert types(browser(HOSPITAL)).status_code == 302
    for _ in range(2):
        assert types(browser("203.0.113.99"), password="wrong").status_code == 422
    assert types(browser("203.0.113.99"), password="wrong").status_code == 429


def test_capital_letters_and_spaces_are_no_further_tries(nurse):
    for name in ("nurse", "NURSE", " nurse ", "Nurse", "nursE"):
        types(browser(), name, "wrong")
    assert types(browser()).status_code == 429


def test_a_forwarded_address_is_believed_only_where_proxies_are_known(nurse, settings):
    for n in range(5):
        client = browser(headers={"x-forwarded-for": f"203.0.113.{n}"})
        types(client, password="wrong")
    assert types(browser(headers={"x-forwarded-for": HOSPITAL})).status_code == 429
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert types(browser(headers={"x-forwarded-for": f"{PRISON}, {HOSPITAL}"})).status_code == 302


def test_what_is_counted_is_seen_by_every_process_and_names_nobody(nurse):
    from django.db import connection

    types(browser(), password="wrong")
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM tries")
        stored = cursor.fetchall()
    assert len(stored) == 3
    assert "nurse" not in str(stored) and PRISON not in str(stored)


def test_guesses_at_the_code_are_counted_with_those_at_the_password(nurse):
    client = browser()
    for _ in range(3):
        types(client)  # the right password in between makes no more tries
        assert with_code(client, "000000").status_code == 422
    types(client, password="wrong"), types(client, password="wrong")
    assert types(client).status_code == 429
    response = with_code(client, code())
    assert response.status_code == 429 or response.url.startswith("/staff/sign-in/?")
    assert not is_in(client)


def test_guesses_on_the_unlock_page_are_counted(nurse):
    client = signed_in()
    goes_by(client, minutes=16)
    for _ in range(5):
        assert with_code(client, "000000", "/staff/unlock/").status_code == 422
    response = with_code(client, code(), "/staff/unlock/")
    assert response.status_code == 429 and "It is locked here until" in words(response)
    assert client.get("/staff/").url.startswith("/staff/unlock/")


def test_whoever_signs_in_begins_again_with_all_tries(nurse):
    for _ in range(3):
        client = browser()
        for _ in range(4):
            types(client, password="wrong")
        types(client)
        with_code(client, fresh_code())
        assert is_in(client)


def fresh_code():
    """The code of this half minute, as if it had not been used."""
    cache.delete(f"allauth.mfa.totp.used?user={User.objects.get(username='nurse').pk}&code={code()}")
    return code()


# ---------------------------------------------------------------- session keys


def test_a_planted_session_key_is_worth_nothing(nurse):
    """Session fixation: whoever put a cookie into this browser beforehand does not come along."""
    client, thief = browser(), browser()
    client.get("/staff/sign-in/")
    session = client.session
    session["planted"] = "yes"
    session.save()
    thief.cookies = client.cookies.copy()
    planted = session.session_key
    types(client)
    half_way = client.session.session_key
    assert half_way != planted
    with_code(client)
    assert client.session.session_key not in {planted, half_way}
    assert "planted" not in client.session
    assert is_in(client) and not is_in(thief)


def test_nor_is_one_where_the_password_alone_signs_in(demo_nurse):
    client = browser()
    client.get("/staff/sign-in/")
    session = client.session
    session["planted"] = "yes"
    session.save()
    types(client)
    assert is_in(client)
    assert client.session.session_key != session.session_key
    assert "planted" not in client.session


def test_signing_out_ends_the_web_session_for_whoever_kept_its_key(nurse):
    client, thief = signed_in(), browser()
    thief.cookies = client.cookies.copy()
    assert client.get("/staff/sign-out/").status_code == 405
    before = client.session.session_key
    assert client.post("/staff/sign-out/").url == "/staff/sign-in/"
    assert client.session.session_key != before
    assert not is_in(client) and not is_in(thief)


def test_unlocking_changes_the_session_key(nurse):
    client, thief = signed_in(), browser()
    thief.cookies = client.cookies.copy()
    goes_by(client, minutes=16)
    before = client.session.session_key
    assert with_code(client, path="/staff/unlock/").status_code == 302
    assert client.session.session_key != before
    assert is_in(client) and not is_in(thief)


# ---------------------------------------------------------------- left alone


def test_after_15_minutes_every_page_leads_to_unlocking_and_back(nurse):
    client = signed_in()
    goes_by(client, minutes=14, seconds=50)
    assert is_in(client)
    goes_by(client, minutes=15)
    for page in (*STAFF_PAGES, "/staff/words/?a=1&b=2", "/staff/nowhere/"):
        response = client.get(page)
        assert response.status_code == 302 and response.url.startswith("/staff/unlock/?next="), page
    response = client.get("/staff/account/?a=1&b=2")
    page = client.get(response.url)
    assert "Type a code to go on" in words(page) and "locked" in words(page)
    # The page itself is no way in.
    assert client.get("/staff/account/").status_code == 302
    assert with_code(client, path=response.url).url == "/staff/account/?a=1&b=2"
    assert is_in(client)


def test_what_is_sent_from_a_locked_screen_is_not_done_and_the_next_page_says_so(demo_nurse):
    client = browser()
    types(client)
    goes_by(client, minutes=16)
    referer = {"Referer": "http://testserver/staff/prisons/LEI/"}
    response = client.post("/staff/prison/", {"prison": "LEI"}, headers=referer)
    assert response.status_code == 303
    assert "prison" not in client.session
    page = client.get(response.url)
    assert "What you sent just now was not saved" in words(page)
    assert client.post(response.url, {"password": PASSWORD}).url == "/staff/prisons/LEI/"


def test_a_page_that_asks_for_a_part_of_itself_is_no_activity_and_is_reloaded_when_locked(nurse):
    client = signed_in()
    goes_by(client, minutes=10)
    for _ in range(3):
        assert client.get("/staff/account/", headers=POLLED).status_code == 200
    goes_by(client, minutes=5, seconds=1)
    response = client.get("/staff/account/", headers=POLLED)
    assert response.headers["HX-Refresh"] == "true" and not response.content
    assert client.get("/staff/account/").url.startswith("/staff/unlock/")


def test_each_page_opened_keeps_the_screen_open(nurse):
    client = signed_in()
    for _ in range(4):
        goes_by(client, minutes=14)
        assert is_in(client)


def test_a_locked_screen_can_always_be_signed_out(nurse):
    client = signed_in()
    goes_by(client, minutes=16)
    assert client.post("/staff/sign-out/").url == "/staff/sign-in/"
    assert "signed-in" not in client.session


def test_a_wrong_code_leaves_it_locked(nurse):
    client = signed_in()
    goes_by(client, minutes=16)
    response = with_code(client, "000000", "/staff/unlock/")
    assert response.status_code == 422 and "Wait until a new one is shown" in words(response)
    assert client.get("/staff/account/").status_code == 302


def test_the_password_does_not_unlock_an_account_with_a_factor(nurse):
    client = signed_in()
    goes_by(client, minutes=16)
    assert client.post("/staff/unlock/", {"password": PASSWORD}).status_code == 422
    assert not is_in(client)


def test_a_shift_ends_after_12_hours_however_busy(nurse):
    client = signed_in()
    session = client.session
    begun = timezone.now() - timedelta(hours=11, minutes=59)
    session["signed-in"] = {**session["signed-in"], "begun": begun.isoformat()}
    session.save()
    assert is_in(client)
    # Unlocking does not begin a shift.
    goes_by(client, minutes=1)
    assert client.get("/staff/account/").url == "/staff/sign-in/?next=%2Fstaff%2Faccount%2F"
    assert "signed-in" not in client.session


def test_unlocking_does_not_lengthen_the_shift(nurse):
    client = signed_in()
    begun = client.session["signed-in"]["begun"]
    goes_by(client, hours=11)
    with_code(client, path="/staff/unlock/")
    assert is_in(client)
    goes_by(client, hours=1)
    assert client.get("/staff/account/").url.startswith("/staff/sign-in/")
    assert begun > client.session.get("signed-in", {}).get("begun", "")


def test_only_pages_of_ours_are_come_back_to(nurse):
    for away in ("https://elsewhere.example/staff/", "//elsewhere.example/staff/", "javascript:alert(1)", "/kiosk/"):
        client = browser()
        types(client, next=away)
        assert with_code(client, next=away).url == "/staff/"
        goes_by(client, minutes=16)
        assert with_code(client, path="/staff/unlock/", next=away).url == "/staff/"


# ---------------------------------------------------------------- before what cannot be taken back


def asked_of(client, user, method="get", path="/staff/dangerous/?now=1"):
    """A view that needs a fresh key, as somebody else may write one."""
    request = getattr(RequestFactory(), method)(path)
    request.session, request.user = client.session, user
    return web_session.needs_fresh_key(lambda request: HttpResponse("done"))(request)


def test_a_dangerous_act_needs_a_touch_within_five_minutes(nurse):
    client = signed_in()
    assert asked_of(client, nurse).content == b"done"
    goes_by(client, minutes=4, seconds=50)
    assert asked_of(client, nurse).content == b"done"
    goes_by(client, seconds=20)
    response = asked_of(client, nurse)
    assert response.url == "/staff/unlock/?next=%2Fstaff%2Fdangerous%2F%3Fnow%3D1"
    assert asked_of(client, nurse, "post").status_code == 303
    page = words(client.get(response.url))
    assert "we make sure that it is you" in page and "locked" not in page
    assert with_code(client, path=response.url).url == "/staff/dangerous/?now=1"
    assert asked_of(client, nurse).content == b"done"


def test_whoever_is_not_signed_in_is_never_fresh():
    from django.contrib.auth.models import AnonymousUser

    assert asked_of(browser(), AnonymousUser()).url.startswith("/staff/unlock/")
    assert browser().get("/staff/unlock/").url.startswith("/staff/sign-in/")


def test_in_a_demonstration_without_a_key_the_password_is_asked_again(demo_nurse):
    client = browser()
    types(client)
    assert client.get("/staff/account/key/").status_code == 200
    goes_by(client, minutes=6)
    response = client.get("/staff/account/key/")
    assert "Type your password to go on" in words(client.get(response.url))
    assert client.post(response.url, {"password": "wrong"}).status_code == 422
    assert client.post(response.url, {"password": PASSWORD}).url == "/staff/account/key/"
    assert client.get("/staff/account/key/").status_code == 200


# ---------------------------------------------------------------- what is not there


def test_no_page_of_the_library_can_be_reached():
    views = {pattern.callback.__module__ for pattern in get_resolver().url_patterns if hasattr(pattern, "callback")}
    assert not [name for name in views if name.startswith("allauth")]
    for name in ("account_login", "account_signup", "account_reset_password", "account_email", "mfa_index"):
        with pytest.raises(NoReverseMatch):
            reverse(name)
    for path in ("/accounts/login/", "/accounts/signup/", "/staff/signup/", "/sign-in/", "/accounts/2fa/"):
        assert browser().get(path).status_code == 404


def test_the_tablet_and_the_start_page_need_no_web_session_and_never_receive_its_cookie(nurse):
    publish("en-GB")
    client = signed_in()
    cookie = client.cookies[configured.SESSION_COOKIE_NAME]
    assert (cookie.key, cookie["path"], cookie["samesite"]) == ("staff", "/staff/", "Lax")
    assert cookie["httponly"]
    for page in ("/", "/kiosk/"):
        fresh = browser()
        assert fresh.get(page).status_code == 200
        assert "staff" not in fresh.cookies
        # Even if a browser sent it, as it must where the path is "/", nobody is signed in there.
        assert "nurse" not in words(client.get(page))


def test_a_locked_screen_changes_its_language_and_stays_locked(nurse):
    client = signed_in()
    goes_by(client, minutes=16)
    response = client.post("/language/", {"language": "cy", "next": "/staff/unlock/"})
    assert response.url == "/staff/unlock/"
    assert 'lang="cy"' in client.get("/staff/unlock/").content.decode()
    assert not is_in(client)
