"""Every page of staff in a real Chromium: WCAG 2.2 AA by axe-core, and nothing wider than a small tablet."""

import json
from collections import Counter

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from consent.staff.lists.table import BY_SLUG
from tests.browser import let_go
from tests.staff import Reception
from tests.test_browser_screens import AXE, WCAG
from tests.test_roles import DEED, Scene, staff_addresses

FOUND = """async (tags) => {
  const found = await axe.run(document, { runOnly: tags, resultTypes: ["violations"], preload: false });
  return found.violations.map((v) => [v.id, v.nodes.map((n) => n.html.slice(0, 160)).slice(0, 3)]);
}"""
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
# On a small tablet the same page is only laid out anew: what that may break is looked at.
SIZES = {"wide": (1280, 800, WCAG), "small tablet": (600, 1024, ["target-size", "scrollable-region-focusable"])}


@pytest.fixture
def site(transactional_db, live_server, settings):
    """A server on which nobody and no prison is known yet: the reception of the tests brings them."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    yield live_server.url
    let_go()


@pytest.fixture
def signed_in_page(site, open_page):
    """A page signed in as somebody with every role at every prison."""

    def opened(user):
        browser = Client()
        browser.force_login(user)
        page = open_page()
        name = settings.SESSION_COOKIE_NAME
        page.context.add_cookies(
            [{"name": name, "value": browser.cookies[name].value, "url": f"{site}{settings.SESSION_COOKIE_PATH}"}]
        )
        return page

    return opened


def look(page, site, addresses):
    """What is wrong at each address and size; and how many pages were looked at."""
    wrong, seen, axe = {}, Counter(), AXE.read_text()
    for address in addresses:
        page.goto(f"{site}{address}")
        page.evaluate(axe)
        for size, (width, height, rules) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            found = dict(page.evaluate(FOUND, rules))
            if wide := page.evaluate(TOO_WIDE):
                found["wider than the screen by"] = wide
            seen[size] += 1
            if found:
                wrong[f"{address}, {size}"] = found
    print(dict(seen))
    return wrong, seen


def pages_of(reception, addresses):
    """Those that are a page: a file is none, nor what only takes what a form sends."""
    for address in addresses:
        if not address.endswith((".pdf", ".zip", ".csv", ".json")):
            response = reception.browser.get(address)
            if response.status_code != 405 and "text/html" in response.headers.get("Content-Type", ""):
                yield address


LISTS = [f"/staff/lists/{slug}/" for slug in BY_SLUG]


def test_every_page_with_somebody_on_it(site, signed_in_page):
    scene = Scene()
    for number, answer in enumerate(("later", "yes", "no", "not-possible", None)):
        person = scene.reception.comes(f"A{number:04d}AA", days=9 - number, language="pl", needs_interpreter=True)
        if answer:
            scene.reception.says(person, answer, days=8 - number)
    addresses = [scene.address(pattern) for pattern in staff_addresses() if pattern.name in DEED]
    page = signed_in_page(scene.reception.nurse)
    wrong, seen = look(page, site, [*pages_of(scene.reception, addresses), *LISTS, "/staff/", "/staff/account/"])
    assert seen["wide"] > 40
    assert not wrong, json.dumps(wrong, indent=1, ensure_ascii=False)


def test_every_page_where_there_is_nobody(site, signed_in_page):
    addresses = [reverse(name) for name in ("today", "lists", "people", "tablets", "staff", "looks", "messages")]
    wrong, _seen = look(signed_in_page(Reception().nurse), site, [*addresses, *LISTS])
    assert not wrong, json.dumps(wrong, indent=1, ensure_ascii=False)
