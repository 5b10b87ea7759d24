"""The record is only ever added to: the database itself refuses the rest, on SQLite and on PostgreSQL."""

import io

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from config.logs import JsonLines
from consent import actions, facts, ledger
from consent.models import (
    AccessEvent,
    Checkpoint,
    Entry,
    Explanation,
    Leaf,
    Presentation,
    SignOff,
    Status,
    TreeNode,
)
from consent.policy import Answer
from registration.actions import NotPossible, patient_with
from registration.models import Patient
from tests.application_role import as_owner
from tests.enrolled import enrolled
from tests.published import publish

pytestmark = pytest.mark.django_db
MODELS = (Entry, Explanation, Presentation, AccessEvent, SignOff, Leaf, TreeNode, Checkpoint)
TABLES = {model._meta.db_table: model for model in MODELS}


@pytest.fixture
def record():
    """One row in every append-only table."""
    publish("en-GB")
    person = patient_with("A1234BC")
    ledger.append(patient=person, kind="staff-check", at=timezone.now(), by=actions.PERSON, data={})
    Presentation(
        hash="1" * 64,
        chain=person.record_id,
        explanation=Explanation.objects.all()[0],
        body="{}",
        shown_at=timezone.now(),
    ).save()
    actions.looked(patient=person, who="nurse", what="page")
    SignOff(sentence="1" * 64, name="A clinician", role="Clinical safety officer").save()
    with as_owner():  # as the checkpoint command's own role does
        Leaf(leaf_index=0, source="entry", row=1, hash=b"1").save()
        TreeNode(level=8, node_index=0, hash=b"1").save()
        Checkpoint(size=1, root="1", note="1", at=timezone.now()).save()
    return person


def a_column(table):
    return next(field.name for field in TABLES[table]._meta.concrete_fields if not field.primary_key)


def refused(sql):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("table", TABLES)
def test_update_and_delete_are_refused(record, table):
    count = TABLES[table].objects.count()
    assert count
    key = TABLES[table]._meta.pk.column
    refused(f"UPDATE {table} SET {key} = {key}")
    refused(f"DELETE FROM {table}")
    with pytest.raises(DatabaseError), transaction.atomic():
        TABLES[table].objects.all().delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        TABLES[table].objects.update(**{TABLES[table]._meta.pk.name: 1})
    with pytest.raises(DatabaseError), transaction.atomic():
        TABLES[table].objects.bulk_update(TABLES[table].objects.all(), [a_column(table)])
    with pytest.raises(DatabaseError), transaction.atomic():
        TABLES[table].objects.all()._raw_delete("default")
    assert TABLES[table].objects.count() == count


@pytest.mark.parametrize("table", TABLES)
def test_emptying_or_replacing_is_refused(record, table):
    row = TABLES[table].objects.all()[0]
    fields = [field.name for field in TABLES[table]._meta.concrete_fields if not field.primary_key]
    with pytest.raises(DatabaseError), transaction.atomic():
        TABLES[table].objects.bulk_create(
            [row], update_conflicts=True, unique_fields=[TABLES[table]._meta.pk.name], update_fields=fields
        )
    if connection.vendor == "postgresql":
        refused(f"TRUNCATE {table} CASCADE")
        key = TABLES[table]._meta.pk.column
        refused(f"MERGE INTO {table} t USING (SELECT 1) s ON true WHEN MATCHED THEN UPDATE SET {key} = t.{key}")
    else:
        refused(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
        refused(f"REPLACE INTO {table} SELECT * FROM {table}")
    assert TABLES[table].objects.exists()


def test_saving_or_deleting_a_row_again_is_refused(record):
    entry = Entry.objects.get()
    with pytest.raises(TypeError, match="append-only"):
        entry.save()
    with pytest.raises(TypeError, match="append-only"):
        entry.delete()


def test_no_two_lines_stand_in_one_place(record):
    entry = Entry.objects.get()
    twin = Entry(chain=entry.chain, seq=1, kind="x", at=entry.at, recorded_at=entry.at, body=b"{}", hash="2" * 64)
    with pytest.raises(DatabaseError), transaction.atomic():
        twin.save()


def test_a_line_holds_no_name_number_or_date_of_birth(record):
    actions.describe_patient(patient=record, given_names="Zebedee", family_name="Quux", nhs_number="9990000018")
    actions.record_note(patient=record, kind="staff-check", by=actions.PERSON)
    text = b"".join(bytes(body) for body in Entry.objects.values_list("body", flat=True))
    for personal in (b"Zebedee", b"Quux", b"9990000018", b"A1234BC"):
        assert personal not in text


def test_when_the_line_cannot_be_written_nothing_else_is(record, monkeypatch):
    def fails(**_):
        raise DatabaseError("the disk is full")

    monkeypatch.setattr(ledger, "append", fails)
    with pytest.raises(DatabaseError):
        actions.import_decision(
            number="A9999ZZ",
            question="gms-registration",
            answer="yes",
            at=timezone.now(),
            prison_id="LEI",
            recorded_by="x",
            source="y",
        )
    assert not Patient.objects.filter(prison_number="A9999ZZ").exists()


def test_an_answer_for_someone_not_known_to_be_in_prison_is_refused_and_leaves_nothing(record):
    before = Entry.objects.count()
    with pytest.raises(NotPossible, match="not known to be in prison"):
        actions.decide(patient=record, question="gp-record", answer=Answer.YES, by=actions.PERSON, route="talk")
    assert Entry.objects.count() == before


def test_what_is_projected_is_what_the_record_says(record):
    """Everyone in the demonstration, through every action it uses: the same bytes when it is worked out anew."""
    with as_owner():
        call_command("prepare", stdout=io.StringIO())
    call_command("demo", stdout=io.StringIO())
    rows = list(Status.objects.select_related("patient"))
    assert len(rows) > 10
    for row in rows:
        known = facts.projected(facts.history_of(row.patient))
        assert {name: getattr(row, name) for name in known} == known, row.patient


def test_no_prison_number_goes_into_the_log(client, caplog):
    client.get("/staff/people/A1234BC/no-such-page/")
    (line,) = [entry for entry in caplog.records if entry.name == "django.request"]
    written = JsonLines().format(line)
    assert "A1234BC" not in written
    assert "Not Found: [no page of ours]" in written


def test_when_the_tablet_breaks_it_names_nobody_and_says_what_to_do(client, monkeypatch):
    def breaks(tablet):
        raise RuntimeError("A1234BC")

    monkeypatch.setattr("consent.kiosk.visits.on_tablet", breaks)
    client.raise_request_exception = False
    client.cookies["tablet"] = enrolled()[1]
    response = client.get("/kiosk/")
    assert response.status_code == 500
    assert "Please tell health staff." in response.content.decode()
    assert "A1234BC" not in response.content.decode()
    assert "/staff/" not in response.content.decode()
