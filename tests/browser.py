"""A real Chromium on a real server: fixtures for the tests of pages as people meet them."""

import os

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright runs its own loop in this thread

import importlib
import threading
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.db.models.signals import post_migrate
from playwright.sync_api import Browser, Page, expect, sync_playwright

from consent.roles import Role
from tests.application_role import as_owner
from tests.published import add_prisons, publish
from tests.staff import give_posts

GUARDS = [importlib.import_module(f"consent.migrations.{name}") for name in ("0002_append_only", "0004_proof")]
PASSWORD = "a long password for tests"
# Chromium without the window around the page: what it shows is the same, in half the time.
CHROMIUM = "/usr/bin/chromium-headless-shell"
# Milliseconds. Nothing here is timed: a busy machine is slow, and only what never comes is a fault.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)


class Editor:
    """What the migration's functions need of a schema editor."""

    connection = connection

    @staticmethod
    def execute(statement: str, params: None = None) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)


def let_go() -> None:
    """Without its triggers a table can be emptied, as Django does after a test that commits."""
    with as_owner():
        for guard in GUARDS:
            guard.allow(None, Editor)


def guards_put_back(**signal: object) -> None:
    """Django says post_migrate when it has emptied the tables after a test: the triggers stand again for the next."""
    let_go()
    for guard in GUARDS:
        guard.refuse(None, Editor)


post_migrate.connect(guards_put_back, sender=apps.get_app_config("consent"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def site(transactional_db, live_server, settings):
    """The site as a newcomer finds it, with prisons and published words; its address."""
    # The test server serves files by their own names, not by hashed ones.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    with as_owner():
        add_prisons()
        publish()
    give_posts(User.objects.create_user("nurse", password=PASSWORD), *Role)
    User.objects.create_user("second", password=PASSWORD)
    yield live_server.url
    # What a page asked for as it was closed is still being answered, and would be written into the next test.
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(PATIENCE / 1000)
    let_go()


@pytest.fixture
def open_page(request, chromium):
    """Opens pages in browsers of their own; at the end, no page may have broken the content security policy."""
    if "site" in request.fixturenames:
        request.getfixturevalue("site")  # first, so that the pages are closed before it is
    contexts, complaints = [], []

    def opened(width: int = 1280, height: int = 800, javascript: bool = True) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height}, java_script_enabled=javascript, locale="en-GB"
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console", lambda message: complaints.append(message.text) if "Content Security" in message.text else None
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
