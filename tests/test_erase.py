"""Retention and erasure: who somebody was goes, what was proved stays."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from config.settings import at_least
from consent import actions, facts, ledger
from consent.models import Entry, Remark, Visit
from consent.proof import export
from consent.proof.check_record import check
from registration.actions import NotPossible
from registration.models import Message, Patient, Prison
from registration.movements import Direction, Movement
from tests.proving import faults, public, signed

pytestmark = pytest.mark.django_db
CANARIES = ["Canary", "Nightingale", "Quuxley", "9990000018", "A1234BC", "A1234BZ", "canary@", "cousin of"]


def leaves(person, **ago):
    at = timezone.now() - timedelta(**ago)
    actions.record_movement(patient=person, movement=Movement(at, Direction.OUT, "RELEASED", prison="LEI"), by="x")


@pytest.fixture
def gone(record, key):
    """Canary Nightingale, described in every way there is, told of in messages, joined, and released."""
    nurse = User.objects.get(username="nurse")
    actions.describe_patient(
        patient=record,
        aliases="Quuxley",
        nhs_number="9990000018",
        date_of_birth=timezone.now().date() - timedelta(days=12345),
        communication_needs="write to canary@ Quuxley",
    )
    at = timezone.now() - timedelta(hours=30)
    for kind, more in (
        ("merged", {"nomsNumber": "A1234BC", "removedNomsNumber": "A1234BZ", "reason": "MERGE"}),
        ("booking.moved", {"movedToNomsNumber": "A1234BC", "movedFromNomsNumber": "A1234BZ", "bookingId": "1"}),
    ):
        event = {
            "eventType": "prison-offender-events.prisoner.merged" if kind == "merged" else f"prisoner.{kind}",
            "version": 1,
            "occurredAt": at.isoformat(),
            "additionalInformation": more,
            "description": "Canary Nightingale",
        }
        actions.receive_message(item=event, raw=str(event))
    actions.receive_message(item="Quuxley came", raw="Quuxley, A1234BC, came in")
    actions.record_legal_status(
        patient=record, status=facts.LegalStatus.REMAND, at=at, source="told by Quuxley Nightingale"
    )
    yes = actions.decide(
        patient=record,
        question="gp-record",
        answer=actions.answers.Answer.YES,
        by=actions.staff(nurse),
        route="talk",
        interpreter="Interpreter Zed, cousin of Quuxley",
    )
    actions.record_in_error(
        entry=yes, user=nurse, second=User.objects.get(username="doctor"), reason="Canary is another"
    )
    for name in ("Quuxley", "Nightingale"):  # twice: what it was before is kept too
        actions.keep_details(patient=record, last_gp_address=f"Dr {name}, cousin of Canary", previous_family_names=name)
    told = {"way": "new", "on": at.date(), "at": None, "comes_from": "the house of Quuxley", "is_certain": True}
    for _list in ("one", "another"):
        actions.expect(
            number="A1234BC",
            prison=Prison.objects.get(pk="LEI"),
            legal_status=facts.LegalStatus.REMAND,
            described={"family_name": "", "date_of_birth": None},
            user=nurse,
            **told,
        )
    signed(key)
    leaves(record, hours=1)
    record.refresh_from_db()
    return record


def found_in_database():
    """The canaries that stand in any column of any table, in whatever form."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                text = " ".join(
                    bytes(v).decode("utf-8", "replace") if isinstance(v, bytes | memoryview) else str(v) for v in row
                )
                found |= {(table, canary) for canary in CANARIES if canary.casefold() in text.casefold()}
    return found


def test_somebody_who_is_in_prison_is_not_erased(record, key):
    with pytest.raises(CommandError, match="is in prison now"):
        call_command("erase", "A1234BC")
    assert Patient.objects.get(pk=record.pk).family_name == "Nightingale"


def test_nothing_is_erased_that_was_not_named_and_no_period_is_made_up(gone, settings, capsys):
    settings.RETENTION_MESSAGES_DAYS = settings.RETENTION_PATIENT_YEARS = settings.RETENTION_EXPECTED_DAYS = None
    before = found_in_database()
    call_command("erase", due=True)
    assert "not configured" in capsys.readouterr().out
    assert found_in_database() == before
    for arguments in ([], ["A1234BC", "--due"]):
        with pytest.raises(CommandError, match="Say what to erase"):
            call_command("erase", *arguments)
    for number in ("A9999ZZ", "~000001", "x"):
        with pytest.raises(CommandError, match="Nobody is known"):
            call_command("erase", number)


@pytest.mark.parametrize("value", ["0", "29", "-1", "ten", "1.5"])
def test_a_period_that_is_none_is_refused_at_the_start(monkeypatch, value):
    monkeypatch.setenv("RETENTION_MESSAGES_DAYS", value)
    with pytest.raises(ImproperlyConfigured, match="at least 30"):
        at_least("RETENTION_MESSAGES_DAYS", 30)


def test_a_search_for_who_they_were_finds_nothing(gone, key):
    tables = {table for table, _canary in found_in_database()}
    assert {"registration_patient", "registration_message", "registration_historicalpatient"} <= tables
    assert {"registration_registrationdetails", "registration_historicalregistrationdetails"} <= tables
    assert {"registration_expected", "registration_historicalexpected"} <= tables
    assert "consent_remark" in tables and "registration_legalstatusrecord" in tables
    call_command("erase", "A1234BC")
    assert found_in_database() == set()


def test_every_proof_still_holds_and_the_record_says_what_happened(gone, key):
    before = {bytes(body) for body in Entry.objects.values_list("body", flat=True)}
    call_command("erase", "A1234BC")
    assert faults(key) == []
    signed(key)
    assert faults(key) == []
    after = {bytes(body) for body in Entry.objects.values_list("body", flat=True)}
    assert before < after
    erased = Entry.objects.filter(kind="erased")
    assert {str(entry.chain) for entry in erased} >= {str(gone.record_id)}
    assert {ledger.read(entry)["data"]["ground"] for entry in erased} == {"request"}
    exported = export.record_of(Patient.objects.get(pk=gone.pk))
    assert check(exported, public(key)).wrong == []
    assert exported["remarks"] == []


def test_what_somebody_typed_may_be_gone_only_where_an_erasure_is_on_record(gone, key):
    Remark.objects.filter(text__contains="Canary is another").delete()
    assert any("no erasure is on record" in fault for fault in faults(key))


def test_nobody_is_erased_twice(gone):
    actions.erase_patient(patient=gone, ground="request")
    with pytest.raises(NotPossible, match="already"):
        actions.erase_patient(patient=gone, ground="request")


def test_visits_go_and_others_stay_as_they_were(gone):
    other = Patient.objects.get(prison_number="A1234BD")
    standing = facts.standing_of(other)
    assert Visit.objects.filter(patient=gone).exists()
    actions.erase_patient(patient=gone, ground="request")
    assert not Visit.objects.filter(patient=gone).exists()
    assert facts.standing_of(other) == standing
    assert Patient.objects.get(pk=other.pk).family_name == "Wren"


def test_whoever_comes_back_after_that_is_somebody_new(gone, reception_of_the_record):
    actions.erase_patient(patient=gone, ground="request")
    back = reception_of_the_record.comes("A1234BC", days=0.01, name="Canary Nightingale")
    assert back.pk != gone.pk
    assert facts.standing_of(back).questions["gms-registration"].decision is None


def test_periods_decide_who_and_what_is_due(gone, settings, capsys):
    settings.RETENTION_MESSAGES_DAYS, settings.RETENTION_PATIENT_YEARS = 30, 1
    Message.objects.update(received_at=timezone.now() - timedelta(days=31))
    call_command("erase", due=True, dry_run=True)
    said = capsys.readouterr().out
    assert re.search(r"Messages older than 30 days: [1-9]\d* would be erased", said)
    assert "People who left more than 1 years ago: 0 would be erased." in said
    assert Message.objects.exists()
    call_command("erase", due=True)
    assert set(Message.objects.values_list("body", flat=True)) == {""}
    assert Patient.objects.filter(prison_number="A1234BC").exists()


def test_whoever_left_longer_ago_than_the_period_is_due(reception_of_the_record, key, settings, capsys):
    reception = reception_of_the_record
    settings.RETENTION_PATIENT_YEARS = 2
    for number, days in (("A0001AA", 800), ("A0002AA", 600)):
        person = reception.comes(number, days=days + 30)
        leaves(person, days=days)
    reception.comes("A0003AA", days=900)
    call_command("erase", due=True)
    assert "People who left more than 2 years ago: 1 erased." in capsys.readouterr().out
    known = Patient.objects.values_list("prison_number", flat=True)
    assert {"A0002AA", "A0003AA"} <= set(known) and "A0001AA" not in known


def test_whoever_was_expected_and_never_came_is_due_after_its_days_and_nobody_else(
    reception_of_the_record, key, settings, capsys
):
    def expected(number, days):
        on = timezone.localdate() - timedelta(days=days)
        actions.expect(
            number=number,
            prison=Prison.objects.get(pk="LEI"),
            way="new",
            on=on,
            at=None,
            comes_from="court",
            is_certain=True,
            legal_status=facts.LegalStatus.REMAND,
            described={"family_name": "Nightingale", "date_of_birth": None},
            user=User.objects.get(username="nurse"),
        )

    settings.RETENTION_PATIENT_YEARS, settings.RETENTION_EXPECTED_DAYS = None, 28
    expected("A0001AA", days=29)
    expected("A0002AA", days=28)
    reception_of_the_record.comes("A0003AA", days=20, name="Canary Nightingale")
    expected("A0003AA", days=40)  # here, with a record
    expected("A0004AA", days=40)
    actions.import_decision(
        number="A0004AA",
        question="gp-record",
        answer="yes",
        at=timezone.now() - timedelta(days=60),
        prison_id="LEI",
        recorded_by="x",
        source="x",
    )
    expected("A0005AA", days=40)
    of_them = {"patient": Patient.objects.get(prison_number="A0005AA"), "question": "gms-registration"}
    nurse = actions.staff(User.objects.get(username="nurse"))
    actions.record_note(kind="capacity-view", by=nurse, view="x", review_on="2099-01-01", **of_them)
    call_command("erase", due=True, dry_run=True)
    assert "expected more than 28 days ago and never came: 1 would be erased." in capsys.readouterr().out
    call_command("erase", due=True)
    known = set(Patient.objects.values_list("prison_number", flat=True))
    assert {"A0002AA", "A0003AA", "A0004AA", "A0005AA"} <= known and "A0001AA" not in known
    call_command("erase", due=True)
    assert "never came: 0 erased." in capsys.readouterr().out


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="a search through the bytes of the one file")
def test_the_database_file_itself_holds_it_no_more(tmp_path, monkeypatch):
    """As its user would, in a file of its own: prepare, demo, release, erase; then the bytes are searched."""
    import os
    import subprocess
    import sys

    root = Path(__file__).resolve().parent.parent
    file = tmp_path / "kiosk.sqlite3"
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{file}"}

    def manage(*arguments, code=""):
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, input=code)
        assert done.returncode == 0, done.stderr
        return done.stdout

    manage("prepare")
    manage(
        "shell",
        "-v0",
        "-c",
        "from datetime import timedelta; from django.utils import timezone; from consent import actions;"
        "from registration.actions import patient_with; from registration.movements import *;"
        "person = patient_with('A1234BC'); now = timezone.now();"
        "come = Movement(now - timedelta(days=2), Direction.IN, 'NEW_ADMISSION', prison='LEI');"
        "go = Movement(now - timedelta(days=1), Direction.OUT, 'RELEASED', prison='LEI');"
        "[actions.record_movement(patient=person, movement=m, by='x') for m in (come, go)];"
        "actions.describe_patient(patient=person, given_names='Canary', family_name='Nightingale')",
    )
    assert b"Nightingale" in b"".join(part.read_bytes() for part in tmp_path.iterdir())
    manage("erase", "A1234BC")
    assert b"Nightingale" not in b"".join(part.read_bytes() for part in tmp_path.iterdir())
    assert b"A1234BC" not in b"".join(part.read_bytes() for part in tmp_path.iterdir())
    assert "adds up" in manage("verify_record")
