"""What the tests of the proof share: a key, a record with a bit of everything in it, and a hand in the database."""

from contextlib import contextmanager

import pytest
from django.db import connection

from consent import actions
from consent.kiosk import screens, visits
from consent.proof import keys, verify
from consent.proof.checkpoints import make
from consent.words import content
from tests.application_role import as_owner
from tests.browser import GUARDS, Editor
from tests.enrolled import press, take_up
from tests.staff import Reception, ago

ORIGIN = "example.org/record"


@pytest.fixture
def key(tmp_path, settings):
    """A signing key, and its public key where the settings look for it."""
    settings.CHECKPOINT_KEY, settings.CHECKPOINT_PUBLIC_KEYS = tmp_path / "key", tmp_path / "public-keys"
    signer = keys.make_key(settings.CHECKPOINT_KEY, ORIGIN)
    settings.CHECKPOINT_PUBLIC_KEYS.write_text(keys.verifier_line(signer.public) + "\n")
    return settings.CHECKPOINT_KEY


def signed(key, **more):
    """The checkpoint command's work; returns the note."""
    with as_owner():
        return make(key, **more)[0]


def public(key):
    return [keys.read_key(key).public]


def faults(key, kept=None):
    return list(verify.faults(public(key), keys.last_signed(key) if kept is None else kept))


@pytest.fixture
def reception_of_the_record(db):
    content.words.cache_clear()
    return Reception()


@pytest.fixture
def record(reception_of_the_record):
    """Three people: an answer on a tablet, answers by talking with reasons and an error, and one joined record."""
    reception = reception_of_the_record
    person = reception.comes(days=2, name="Canary Nightingale")
    on_the_tablet(person, reception.nurse, "no")
    other = reception.comes("A1234BD", days=3, name="Robin Wren")
    wrong = reception.says(other, "yes", days=1)
    actions.record_in_error(entry=wrong, user=reception.nurse, second=reception.doctor, reason="Robin is her sister")
    reception.says(other, "no", interpreter="Interpreter Zed")
    for number in ("A1234BE", "A1234BF"):
        reception.says(reception.comes(number, days=4), "later", days=3)
    actions.receive_message(
        item={
            "eventType": "prison-offender-events.prisoner.merged",
            "version": 1,
            "occurredAt": ago(1).isoformat(),
            "additionalInformation": {"nomsNumber": "A1234BE", "removedNomsNumber": "A1234BF", "reason": "MERGE"},
        },
        raw="",
    )
    actions.looked(patient=person, who="nurse", what="page", prison="LEI")
    return person


def on_the_tablet(person, user, answer):
    """The person presses their way to an answer."""
    _visit, code = visits.start(patient=person, place="wing", user=user)
    visit = take_up(code)
    for _ in range(30):
        step = screens.current(visit).step.id
        if step == "choose":
            press(visit, "confirm", answer, view="right")
            return
        press(visit, "confirm", "no", view="right") if step == "gp-record" else press(visit, "next")
    raise AssertionError("the choice was never reached")


@contextmanager
def unguarded():
    """What somebody with the keys to the database could do first: take the guards away. They are put back."""
    with as_owner():
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":  # a trigger cannot go while its table has checks to be made
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for guard in GUARDS:
            guard.allow(None, Editor)
        yield
        for guard in GUARDS:
            guard.refuse(None, Editor)


def by_force(*statements):
    with unguarded(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
