"""Walls: tablets and staff on hosts of their own, headers on everything, and nothing that leads or asks elsewhere."""

import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern

from config import urls
from consent.kiosk import cookie
from consent.roles import Role
from tests.enrolled import enrolled
from tests.published import publish
from tests.staff import LEEDS, give_posts
from tests.test_kiosk import nurse, sam, visit_for  # noqa: F401 - two are fixtures

TABLETS, STAFF = "tablet.example.nhs.uk", "staff.example.nhs.uk"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
# What a path may hold, by the name of its part.
PARTS = {
    "number": "A1234BC",
    "pk": "1",
    "prison_id": "LEI",
    "slug": "ask-again",
    "question": "gp-record",
    "entry": "0" * 64,
    "bundle": "x",
    "names": "0" * 32,
    "who": "MQ",
    "token": "x-y",
}
ELSEWHERE = [
    {"X-Forwarded-Host": STAFF},
    {"X-Forwarded-Server": STAFF, "Forwarded": f"host={STAFF}"},
    {"X-Original-URL": "/staff/"},
    {"X-Rewrite-URL": "/staff/"},
    {"X-HTTP-Method-Override": "PUT"},
    {"X-Forwarded-Prefix": "/staff", "X-Script-Name": "/staff"},
]


def address(pattern):
    path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: PARTS.get(found[1], "x"), str(pattern.pattern))
    assert "<" not in path
    return path


def addresses(patterns):
    return [address(pattern) for pattern in patterns if isinstance(pattern, URLPattern)]


@pytest.fixture
def walled(db, settings):
    """Production's two hosts."""
    from registration.actions import load_prisons

    settings.KIOSK_HOST, settings.STAFF_HOST = TABLETS, STAFF
    settings.ALLOWED_HOSTS = [TABLETS, STAFF, "health.example.nhs.uk"]
    load_prisons([LEEDS])
    publish("en-GB")


@pytest.fixture
def manager(db):
    user = User.objects.create_user("manager")
    give_posts(user, *Role)
    return user


# -- two hosts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_signed_in", [False, True])
def test_on_the_tablet_s_host_no_staff_page_exists_by_any_address_method_or_header(walled, manager, is_signed_in):
    browser = Client(headers={"Host": TABLETS})
    if is_signed_in:
        browser.force_login(manager)  # a staff cookie that came here somehow opens nothing
    browser.cookies[cookie.name()] = enrolled()[1]
    nothing = browser.get("/no/such/page/")
    assert nothing.status_code == 404
    wrong = []
    for path in addresses(urls.staff):
        for method in METHODS:
            response = browser.generic(method, path)
            if response.status_code != 404 or response.content not in (nothing.content, b""):
                wrong.append((method, path, response.status_code))
        wrong += [path for headers in ELSEWHERE if browser.get(path, headers=headers).status_code != 404]
        wrong += [path for more in (path.rstrip("/"), f"/{path}", f"/kiosk/..{path}") if leads_on(browser, more)]
    assert wrong == []
    assert len(addresses(urls.staff)) > 40


def leads_on(browser, path):
    response = browser.get(path)
    return response.status_code != 404


@pytest.mark.parametrize("headers", ELSEWHERE, ids=lambda headers: next(iter(headers)))
def test_no_header_turns_the_tablet_s_page_into_another(walled, headers):
    browser = Client(headers={"Host": TABLETS, **headers})
    response = browser.get("/kiosk/")
    assert response.status_code == 200
    assert "Ask staff to set this up." in response.content.decode()


def without_tokens(response):
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", response.content)


def test_on_the_staff_host_there_is_no_tablet(walled, manager):
    browser = Client(headers={"Host": STAFF})
    browser.force_login(manager)
    browser.cookies[cookie.name()] = enrolled()[1]
    for path in addresses(urls.tablet):
        assert {browser.generic(method, path).status_code for method in METHODS} == {404}
    assert browser.get("/staff/").status_code == 200
    assert browser.get("/").headers["Location"] == "/staff/"
    assert without_tokens(browser.get("/no/such/page/")) == without_tokens(browser.get("/kiosk/"))


def test_sounds_are_on_both_for_staff_review_what_tablets_say(walled):
    for host in (TABLETS, STAFF):
        response = Client(headers={"Host": host}).get(f"/kiosk/voice/{'0' * 32}.mp3")
        assert response.content == b"There is no such sound."


def test_on_any_other_host_there_is_nothing(walled):
    for path in ("/", "/kiosk/", "/staff/", f"/kiosk/voice/{'0' * 32}.mp3"):
        assert Client(headers={"Host": "health.example.nhs.uk"}).get(path).status_code == 404
    assert Client(headers={"Host": "evil.example"}).get("/kiosk/").status_code == 400


def test_a_port_or_capitals_make_no_other_host(walled):
    for host in (f"{TABLETS}:8443", TABLETS.upper()):
        assert Client(headers={"Host": host}).get("/kiosk/").status_code == 200
        assert Client(headers={"Host": host}).get("/staff/").status_code == 404


def test_every_page_is_on_one_of_the_two_hosts_and_only_sounds_on_both():
    names = [{pattern.name for pattern in host.urlpatterns} for host in (urls.TABLETS, urls.STAFF)]
    assert names[0] & names[1] == {"voice"}
    assert names[0] | names[1] == {pattern.name for pattern in urls.urlpatterns}
    assert names[0] == {"kiosk", "voice"}


def test_cookies_belong_to_one_host_and_no_proxy_says_which_that_is():
    assert configured.SESSION_COOKIE_DOMAIN is None and configured.CSRF_COOKIE_DOMAIN is None
    assert not configured.USE_X_FORWARDED_HOST and not configured.USE_X_FORWARDED_PORT


@pytest.mark.parametrize(
    ("hosts", "starts"),
    [
        ({}, False),
        ({"KIOSK_HOST": TABLETS}, False),
        ({"KIOSK_HOST": TABLETS, "STAFF_HOST": TABLETS}, False),
        ({"KIOSK_HOST": TABLETS, "STAFF_HOST": STAFF}, True),
    ],
)
def test_production_starts_only_with_two_hosts(hosts, starts):
    environment = {
        **os.environ,
        "MODE": "production",
        "SECRET_KEY": secrets.token_urlsafe(60),
        "ALLOWED_HOSTS": STAFF,
        **hosts,
    }
    done = subprocess.run(
        [sys.executable, "-c", "import config.settings as s; print(s.ALLOWED_HOSTS)"],
        cwd=configured.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert (done.returncode == 0) is starts, done.stderr
    assert starts == (done.stdout.strip() == str([STAFF, TABLETS]))
    assert starts or "KIOSK_HOST" in done.stderr


# -- headers ----------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_nothing_that_is_answered_is_kept_by_any_cache(walled, manager, settings):
    """Every address, by every method, on every host, signed in or not: pages, errors, redirects, files not there."""
    kept = []
    browsers = []
    for host in (TABLETS, STAFF, "health.example.nhs.uk", "evil.example"):
        browsers += [Client(headers={"Host": host}), Client(headers={"Host": host})]
        browsers[-1].force_login(manager)
        browsers[-1].cookies[cookie.name()] = enrolled()[1]
    asked = 0
    for browser in browsers:
        browser.raise_request_exception = False
        for path in [*addresses(urls.urlpatterns), "/static/no-such-file.css", "/no/such/page/", "/kiosk"]:
            for method in METHODS:
                response = browser.generic(method, path)
                asked += 1
                if response.get("Cache-Control") != "no-store":
                    kept.append((method, path, response.status_code))
    assert kept == []
    settings.SECURE_SSL_REDIRECT = True
    redirected = Client(headers={"Host": TABLETS}).get("/kiosk/")
    assert redirected.status_code == 301 and redirected["Cache-Control"] == "no-store"
    assert asked > 3000


@pytest.mark.django_db
def test_the_tablet_s_headers(sam, nurse):  # noqa: F811
    response = visit_for(sam, nurse).response
    assert response["Referrer-Policy"] == "same-origin"  # settings.py says why it is not no-referrer
    assert response["Cross-Origin-Opener-Policy"] == response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["X-Robots-Tag"].startswith("noindex")
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    for device in ("camera", "microphone", "geolocation", "usb", "serial", "hid", "clipboard-read", "payment"):
        assert f"{device}=()" in response["Permissions-Policy"]
    policy = dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert {value for name, value in policy.items() if name not in ("img-src",)} <= {"'none'", "'self'"}


# -- templates --------------------------------------------------------------------------------------------------------

PAGES = sorted(Path(configured.BASE_DIR, "templates", "kiosk").glob("*.html"))


@pytest.mark.parametrize("template", PAGES, ids=lambda path: path.stem)
def test_no_page_of_the_tablet_has_a_text_box_a_way_out_or_an_address_elsewhere(template):
    text = template.read_text()
    assert re.findall(r'<(?:textarea|select|a)\b|contenteditable|<input(?![^>]*type="hidden")', text) == []
    assert re.findall(r"https?://|//\w+\.\w", text) == []
    for form in re.findall(r"<form\b[^>]*>", text):
        assert 'autocomplete="off"' in form and """action="{% url 'kiosk' %}\"""" in form


@pytest.mark.parametrize("name", ["kiosk.js", "sound.js", "kiosk.css"])
def test_no_script_or_style_of_the_tablet_asks_another_host(name):
    assert not re.search(r"https?://|@import", Path(configured.BASE_DIR, "static", "kiosk", name).read_text())


def test_what_a_long_press_would_offer_is_off():
    css = Path(configured.BASE_DIR, "static", "kiosk", "kiosk.css").read_text()
    assert "user-select: none" in css and "-webkit-touch-callout: none" in css
    assert "contextmenu" in Path(configured.BASE_DIR, "static", "kiosk", "kiosk.js").read_text()
