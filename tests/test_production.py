"""Production fails closed: it does not start with what would be unsafe, and its log names nobody."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from config.logs import JsonLines
from consent import starting
from consent.models import Explanation
from consent.roles import Role
from consent.words import content, signing
from tests.application_role import IS_ON, as_owner
from tests.published import publish
from tests.staff import Reception, give_posts

ROOT = Path(__file__).resolve().parent.parent
KEY = "".join(chr(ord("a") + n % 26) + str(n) for n in range(30))
SAFE = {
    "MODE": "production",
    "SECRET_KEY": KEY,
    "ALLOWED_HOSTS": "tablet.example,staff.example",
    "KIOSK_HOST": "tablet.example",
    "STAFF_HOST": "staff.example",
    "DATABASE_URL": "postgres://kiosk@db.example/kiosk",
}


def started(**changed):
    """Django's own check for deployments, in a process of its own; None takes a setting away."""
    wanted = {name: value for name, value in {**SAFE, **changed}.items() if value is not None}
    plain = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={**plain, **wanted},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"MODE": "live"}, "MODE is 'live'"),
        ({"SECRET_KEY": None}, "Set SECRET_KEY"),
        ({"SECRET_KEY": "only-for-demonstrations"}, "SECRET_KEY is too short or a default"),
        ({"SECRET_KEY": "a" * 60}, "SECRET_KEY is too short or a default"),
        ({"ALLOWED_HOSTS": None}, "Set ALLOWED_HOSTS"),
        ({"KIOSK_HOST": None}, "Set KIOSK_HOST"),
        ({"KIOSK_HOST": "staff.example"}, "not the same"),
        ({"SECOND_FACTOR_REQUIRED": "off"}, "no sign-in by password alone"),
        ({"SECRET_KEY_FILE": "/nowhere", "SECRET_KEY": None}, "SECRET_KEY_FILE cannot be read"),
        ({"SECRET_KEY_FILE": "/nowhere"}, "and not both"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_setting_that_is_missing_or_unsafe_stops_it_and_is_named(changed, said):
    ended = started(**changed)
    assert ended.returncode != 0
    assert said in ended.stderr
    assert KEY not in ended.stderr + ended.stdout


def test_with_what_it_needs_the_check_for_deployments_finds_nothing(tmp_path):
    ended = started()
    assert ended.returncode == 0, ended.stdout + ended.stderr
    secret = tmp_path / "key"
    secret.write_text(KEY + "\n")
    assert started(SECRET_KEY=None, SECRET_KEY_FILE=str(secret)).returncode == 0


def test_debug_cannot_be_switched_on():
    code = "from django.conf import settings; assert not settings.DEBUG; assert settings.SESSION_COOKIE_SECURE"
    code += "; assert settings.CSRF_COOKIE_SECURE; assert settings.SECURE_SSL_REDIRECT"
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings", "DEBUG": "on", **SAFE},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stderr


# -- what only the database can tell ----------------------------------------------------------------------------------


@pytest.fixture
def production(db, settings):
    """As in production, with the words published and every sentence of them signed."""
    with as_owner():
        publish("en-GB")
    settings.IS_DEMONSTRATION = False
    settings.SQLITE_IS_MEANT = True
    lead = User.objects.create_user("lead")
    for row in Explanation.objects.all():
        texts = content.words(row.hash).texts
        signing.sign(keys=[signing.english_key(name, text) for name, text in texts.items()], user=lead, role="GP lead")
    return settings


def told():
    return " ".join(starting.faults())


def without_the_role(faults):
    """The suite runs as the owner of the tables, which is a fault of its own, told below."""
    return [fault for fault in faults if not fault.startswith("The database role")]


def test_signed_words_and_all_guards_are_enough(production):
    assert without_the_role(starting.faults()) == []


def test_one_unsigned_sentence_stops_it(production):
    with as_owner():
        row = Explanation.objects.filter(question="gms-registration").latest()
        source = row.source.replace("You do not have to.", "You need not.")
        rendered = row.rendered.replace("You do not have to.", "You need not.")
        Explanation(
            question=row.question, language=row.language, hash="0" * 64, source=source, rendered=rendered
        ).save()
    assert "gms-registration, en-GB: 1 published sentences have no sign-off." in told()
    with pytest.raises(ImproperlyConfigured, match="no sign-off"):
        starting.refuse_unless_safe()


def test_a_demonstration_starts_with_unsigned_words(db):
    starting.refuse_unless_safe()


def test_without_any_words_it_does_not_start(db, settings):
    settings.IS_DEMONSTRATION = False
    assert "No words are published." in told()


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="about SQLite")
def test_sqlite_takes_a_word(production):
    production.SQLITE_IS_MEANT = False
    assert "The database is SQLite." in told()


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="only PostgreSQL has roles")
def test_a_role_that_could_rewrite_the_record_stops_it(production):
    assert ("The database role" in told()) is not IS_ON


def test_a_guard_that_is_gone_stops_it(production):
    with as_owner(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER consent_entry_no_update")
        else:
            cursor.execute("DROP TRIGGER consent_entry_append_only ON consent_entry")
    assert "lacks its guard consent_entry" in told()


# -- the log ----------------------------------------------------------------------------------------------------------

CANARIES = ("Zebedee", "Quillfeather", "A1234BC", "9434765919", "943 476 5919", "chest pain", "Not well enough")


class Kept(logging.Handler):
    """What would be written, as it would be."""

    def __init__(self):
        super().__init__(level=logging.DEBUG)
        self.setFormatter(JsonLines())
        self.lines = []

    def emit(self, record):
        self.lines.append(self.format(record))


@pytest.fixture
def log():
    kept = Kept()
    loggers = [logging.getLogger(name) for name in ("", "django", "django.request", "django.security")]
    for logger in loggers:
        logger.addHandler(kept)
    yield kept
    for logger in loggers:
        logger.removeHandler(kept)


def test_the_log_of_a_day_names_nobody_and_tells_no_answer(db, log, monkeypatch):
    reception = Reception()
    person = reception.comes("A1234BC", name="Zebedee Quillfeather", nhs_number="9434765919")
    browser, page = reception.browser, "/staff/people/A1234BC/"
    browser.get("/staff/people/?find=Quillfeather")
    browser.get(f"{page}no-such-page/")
    browser.get("/staff/people/Quillfeather/")
    browser.post(f"{page}answer/", {"answer": "yes", "reason": "chest pain"})
    browser.post(f"{page}not-possible/", {"reason": "Not well enough today", "once": "x"})
    browser.put(f"{page}visit/end/")
    give_posts(User.objects.create_user("hull"), Role.RECEPTION, prison="HLI")
    browser.force_login(User.objects.get(username="hull"))
    browser.get(page)
    browser.post(f"{page}open/", {"why": "care", "reason": "chest pain"})
    browser.raise_request_exception = False

    def breaks(*_args, **_kwargs):
        raise ValueError(f"{person.name} ({person.prison_number}, {person.nhs_number}) said yes")

    monkeypatch.setattr("consent.facts.standing_of", breaks)
    assert browser.get(page).status_code == 500
    text = "\n".join(log.lines)
    assert [canary for canary in CANARIES if canary.casefold() in text.casefold()] == []
    assert "said yes" not in text
    broken = [json.loads(line) for line in log.lines if "exception" in line][-1]
    assert broken["exception"] == "ValueError"
    assert any("page.py" in place for place in broken["passed"])


def test_every_line_of_the_log_can_be_read_by_a_program():
    record = logging.LogRecord("django.request", logging.WARNING, "", 1, "Not Found: %s", ("/staff/A1234BC/",), None)
    line = json.loads(JsonLines().format(record))
    assert line.keys() == {"at", "level", "logger", "message"}
    assert line["message"] == "Not Found: /staff/[prison number]/"
