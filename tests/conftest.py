"""What the tests share: times counted from one Monday, movements in a line each, and a patient."""

import dataclasses
import os
import tempfile
from datetime import UTC, datetime, timedelta
from itertools import islice

import hypothesis
import pytest

from registration.movements import Direction, Movement, Source
from tests import PRESSES_FAST
from tests.application_role import as_the_application  # noqa: F401 - fixture
from tests.browser import chromium, open_page, site  # noqa: F401 - fixtures
from tests.printed import sam  # noqa: F401 - fixture
from tests.proving import key, reception_of_the_record, record  # noqa: F401 - fixtures

FOLDER = tempfile.TemporaryDirectory(prefix="kiosk-tests-")
hypothesis.settings.register_profile("kiosk", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("kiosk")


def pytest_configure() -> None:
    """A password is slow to check on purpose, half a second each: not so in tests. And they press faster than anybody
    reads, and often: only those about that say so."""
    from django.conf import settings

    for name, value in PRESSES_FAST.items():
        setattr(settings, name, int(value))
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Else every browser of the tests reads every static file anew as it begins.
    settings.WHITENOISE_AUTOREFRESH = True
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        # In a file, as in production. In memory the test and all threads of the server would have one connection, and
        # begin and end each other's transactions.
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = f"{FOLDER.name}/tests.sqlite3"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests marked "long" first, dealt out to the workers: each begins with a share of neighbours (xdist's worksteal),
    and would else be alone at the end with a long one that nobody can take from it. Those in a browser stay last."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    long = [item for item in items if item.get_closest_marker("long")]
    rest = iter([item for item in items if not item.get_closest_marker("long")])
    dealt: list[pytest.Item] = []
    for worker in range(workers):
        share = (len(items) - len(dealt)) // (workers - worker)
        mine = long[worker::workers]
        dealt += [*mine, *islice(rest, share - len(mine))]
    items[:] = [*dealt, *rest]


MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def after(**how_long: float) -> datetime:
    """A time so long after Monday 2 March 2026, nine o'clock."""
    return MONDAY + timedelta(**how_long)


def received(reason: str, at=MONDAY, prison: str | None = "LEI", code: str = "", **more: object) -> Movement:
    """An arrival; with a movement code it is told by the later message family, without one by the early one."""
    source = Source.OFFENDER_EVENTS if code else Source.SEARCH
    return Movement(at, Direction.IN, reason, code, prison, **{"source": source, **more})


def released(reason: str, at=MONDAY, prison: str | None = "LEI", code: str = "", **more: object) -> Movement:
    """A departure; told like an arrival."""
    source = Source.OFFENDER_EVENTS if code else Source.SEARCH
    return Movement(at, Direction.OUT, reason, code, prison, **{"source": source, **more})


def on_the_roll(at: datetime = MONDAY, prison: str = "LEI") -> Movement:
    return Movement(at, Direction.SEEN, prison=prison, source=Source.ROLL)


def seen(at: datetime = MONDAY, prison: str = "LEI") -> Movement:
    """An answer from before this system shows that the person was in custody then."""
    return Movement(at, Direction.SEEN, prison=prison, source=Source.IMPORT)


@pytest.fixture(scope="session", autouse=True)
def every_page_is_loaded():
    """Else the first test to open a page imports it, and what that test has patched stays in it for all that follow."""
    import config.urls  # noqa: F401


@pytest.fixture
def patient(db):
    from registration.actions import patient_with

    return patient_with("A1234BC")


@pytest.fixture
def checked_at_once(monkeypatch):
    """A setting: the check before sending may come on the day of the answer. For tests that are not about when."""
    from consent import facts

    monkeypatch.setattr(facts, "INTERVALS", dataclasses.replace(facts.INTERVALS, second_look_from=0))
