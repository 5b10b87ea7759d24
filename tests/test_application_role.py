"""On PostgreSQL the application owns nothing: what it may not do, it cannot do, whatever its code is made to say."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from consent import actions, ledger
from consent.database_roles import give_rights
from consent.models import AccessEvent, Checkpoint, Entry, Leaf
from registration.actions import patient_with
from tests.application_role import ROLE, as_owner, given_its_rights

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="only PostgreSQL has roles"),
]
SIGNER = "kiosk_checkpoint_in_tests"


@pytest.fixture
def entry():
    with as_owner():
        given_its_rights()
        given_its_rights(SIGNER, "checkpoint")
        person = patient_with("A1234BC")
        return ledger.append(patient=person, kind="staff-check", at=timezone.now(), by=actions.PERSON, data={})


def signed_in_as(role):
    with connection.cursor() as cursor:
        cursor.execute(f"SET SESSION AUTHORIZATION {role}")
        cursor.execute("SELECT session_user, current_user")
        assert cursor.fetchone() == (role, role)


def refused(sql, because="permission denied|must be owner|append-only|permission denied to set"):
    with pytest.raises(DatabaseError, match=because), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE consent_entry SET kind = 'x'",
        "DELETE FROM consent_entry",
        "TRUNCATE consent_entry CASCADE",
        "INSERT INTO consent_entry SELECT * FROM consent_entry ON CONFLICT (id) DO UPDATE SET kind = 'x'",
        "ALTER TABLE consent_entry DISABLE TRIGGER ALL",
        "DROP TRIGGER consent_entry_append_only ON consent_entry",
        "DROP TABLE consent_entry CASCADE",
        "ALTER TABLE consent_entry OWNER TO CURRENT_USER",
        "ALTER TABLE consent_entry DROP COLUMN body",
        "CREATE OR REPLACE FUNCTION refuse_to_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "DROP FUNCTION refuse_to_change() CASCADE",
        "SET session_replication_role = replica",
        "CREATE RULE quietly AS ON INSERT TO consent_entry DO INSTEAD NOTHING",
        "SELECT * FROM consent_entry FOR UPDATE",
        "INSERT INTO consent_leaf VALUES (0, 'entry', 1, '')",
        "INSERT INTO consent_checkpoint (size, root, note, at) VALUES (1, '', '', now())",
        "UPDATE django_migrations SET name = 'x'",
    ],
)
def test_the_application_is_refused(entry, sql):
    signed_in_as(ROLE)
    refused(sql)
    assert Entry.objects.get().kind == "staff-check"


def test_the_application_adds_and_reads(entry):
    signed_in_as(ROLE)
    person = patient_with("A1234BC")
    actions.record_note(patient=person, kind="staff-check", by=actions.PERSON)
    actions.looked(patient=person, who="nurse", what="page")
    assert Entry.objects.count() == 2 and AccessEvent.objects.count() == 1


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM registration_patient",
        "SELECT * FROM registration_message",
        "SELECT * FROM consent_remark",
        "INSERT INTO consent_entry SELECT * FROM consent_entry",
        "INSERT INTO consent_accessevent (chain, at, who, what) SELECT chain, at, '', '' FROM consent_entry",
        "UPDATE consent_leaf SET row = 2",
        "DELETE FROM consent_checkpoint",
        "TRUNCATE consent_leaf",
    ],
)
def test_the_checkpoint_command_is_refused_all_but_the_tree(entry, sql):
    signed_in_as(SIGNER)
    refused(sql)


def test_the_checkpoint_command_signs_under_a_role_of_its_own(entry, tmp_path, settings):
    settings.CHECKPOINT_KEY, settings.CHECKPOINT_PUBLIC_KEYS = tmp_path / "key", tmp_path / "public"
    signed_in_as(SIGNER)
    call_command("checkpoint", make_key="example.org/record", verbosity=0)
    assert Leaf.objects.count() == Checkpoint.objects.get().size == 1


@pytest.mark.parametrize("name", ["no_such_role", "Robert'); DROP TABLE", "postgres"])
def test_a_role_that_cannot_be_kept_in_bounds_is_not_accepted(name):
    with as_owner(), pytest.raises(ImproperlyConfigured):
        give_rights(role=name, to="application")


def test_prepare_gives_the_rights_and_says_what_is_wrong_with_a_role(settings, capsys):
    with as_owner():
        settings.APPLICATION_ROLE = "no_such_role"
        with pytest.raises(CommandError, match="CREATE ROLE no_such_role"):
            call_command("prepare")
        given_its_rights(SIGNER, "checkpoint")
        settings.APPLICATION_ROLE, settings.CHECKPOINT_ROLE = "", SIGNER
        call_command("prepare")
    assert f"Role {SIGNER}: rights of the checkpoint on " in capsys.readouterr().out
