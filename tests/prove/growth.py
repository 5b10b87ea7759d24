"""A million people and eight million entries in PostgreSQL: does anything grow with them that should not?

The small database holds 1,000 people; the large one is a copy of it with 999,000 more, put in by SQL from the rows of
the small one. What is measured concerns the same people in both.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.cluster import own_cluster

ROOT = Path(__file__).resolve().parent.parent.parent
PEOPLE, HERE, ENTRIES = 1_000, 200, 8
TURNS = 3  # of each database, one after the other


def campaign(people: int = 1_000_000) -> dict[str, Any]:
    """Median seconds of the person's page, today's list and one decision, in the small and the large database."""
    with own_cluster(durable=True) as cluster:
        small = cluster.url.rpartition("/")[0] + "/small"
        large = cluster.url.rpartition("/")[0] + "/large"
        run_sql(cluster.url, "CREATE DATABASE small")
        child("fill", small)
        run_sql(cluster.url, "CREATE DATABASE large TEMPLATE small")
        begun = time.perf_counter()
        grow(large, people)
        filled = time.perf_counter() - begun
        run_sql(small, "VACUUM ANALYZE")
        measured: dict[str, list[dict[str, float]]] = {"small": [], "large": []}
        for _ in range(TURNS):
            measured["small"].append(child("measure", small))
            measured["large"].append(child("measure", large))
        counts = {
            name: run_sql(large, f"SELECT count(*) FROM {name}") for name in ("registration_patient", "consent_entry")
        }
    ratios = {
        what: statistics.median(one[what] for one in measured["large"])
        / statistics.median(one[what] for one in measured["small"])
        for what in measured["small"][0]
    }
    return {"ratios": ratios, "counts": counts, "seconds_to_fill": filled}


def child(what: str, url: str) -> Any:
    """A process of its own for each database, so that none measures the other's caches."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.prove.growth", what],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return json.loads(done.stdout.splitlines()[-1])


def run_sql(url: str, *statements: str) -> Any:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            cursor = connection.execute(statement)  # type: ignore[call-overload]
        return cursor.fetchone()[0] if cursor.description else None


def grow(url: str, people: int) -> None:
    """Everybody of the small database who is not at the prison looked at, over and over, under new numbers."""
    more = people - PEOPLE
    copies = f"""
        CREATE TABLE copy AS
        SELECT 100000 + n AS id, t.id AS of, md5('p' || n)::uuid AS record_id, t.record_id AS of_record,
               chr(66 + n % 24) || lpad((n / 24 % 10000)::text, 4, '0') || chr(65 + n / 240000) || 'Q' AS number
        FROM generate_series(1, {more}) n
        JOIN (SELECT id, record_id, row_number() OVER (ORDER BY id) - 1 AS place FROM registration_patient
              WHERE id NOT IN (SELECT patient_id FROM consent_status WHERE prison_id = 'LEI')) t
          ON t.place = n % (SELECT count(*) FROM registration_patient
                            WHERE id NOT IN (SELECT patient_id FROM consent_status WHERE prison_id = 'LEI'))
    """
    run_sql(
        url,
        "SET session_replication_role = replica",
        copies,
        clone(url, "registration_patient", "c.of = t.id", id="c.id", record_id="c.record_id", prison_number="c.number"),
        clone(url, "registration_movement", "c.of = t.patient_id", id=None, patient_id="c.id"),
        clone(
            url, "registration_historicalpatient", "c.of = t.id", history_id=None, id="c.id", prison_number="c.number"
        ),
        clone(url, "consent_status", "c.of = t.patient_id", patient_id="c.id"),
        clone(
            url,
            "consent_entry",
            "c.of_record = t.chain",
            id=None,
            chain="c.record_id",
            body="convert_to(replace(convert_from(t.body, 'UTF8'), c.of_record::text, c.record_id::text), 'UTF8')",
            hash="encode(sha256(convert_to(c.record_id::text || t.hash, 'UTF8')), 'hex')",
        ),
        "SELECT setval(pg_get_serial_sequence('registration_patient', 'id'), 10000000)",
        "VACUUM ANALYZE",
    )


def clone(url: str, table: str, where: str, **changed: str | None) -> str:
    """SQL that copies the rows of a table for every copied person; None leaves a column to its default."""
    import psycopg

    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position",
            [table],
        ).fetchall()
    names = [name for (name,) in rows if changed.get(name, "") is not None]
    values = [changed.get(name) or f't."{name}"' for name in names]
    into = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO {table} ({into}) SELECT {', '.join(values)} FROM {table} t JOIN copy c ON {where}"


# -- in a process of its own ------------------------------------------------------------------------------------------


def fill() -> None:
    """1,000 people through the product's own actions: some at Leeds, some elsewhere, most released."""
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.db import transaction
    from django.utils import timezone

    from consent import actions
    from consent.roles import Role
    from registration.actions import patient_with
    from registration.movements import Direction, Movement
    from tests.staff import give_posts

    call_command("prepare", verbosity=0, stdout=open(os.devnull, "w"))  # noqa: SIM115
    give_posts(User.objects.create_user("nurse"), *Role)
    now = timezone.now()
    with transaction.atomic():
        for n in range(PEOPLE):
            person = patient_with(f"A{n:04d}AA")
            prison = "LEI" if n < HERE else "HLI"
            came = Movement(now - timedelta(days=1, minutes=n), Direction.IN, "NEW_ADMISSION", prison=prison)
            actions.record_movement(patient=person, movement=came, by="growth")
            actions.describe_patient(patient=person, given_names="Sam", family_name=f"Pell{n % 97}")
            for seq in range(ENTRIES):
                actions.record_note(patient=person, kind="staff-check", by=actions.PERSON, seen=f"look {seq}")
            if n >= HERE + 100:
                left = Movement(now - timedelta(hours=12), Direction.OUT, "RELEASED", prison=prison)
                actions.record_movement(patient=person, movement=left, by="growth")
    print("{}")


def measure() -> None:
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.test import Client

    from consent import actions
    from consent.policy import Answer
    from registration.models import Patient

    settings.ALLOWED_HOSTS = ["testserver"]
    browser = Client()
    browser.force_login(User.objects.get(username="nurse"))
    browser.post("/staff/prison/", {"prison": "LEI"})
    people = list(Patient.objects.filter(prison_number__startswith="A").order_by("pk")[:HERE])
    turn = iter(people * 3)
    answers = iter([Answer.LATER, Answer.NO] * 1000)

    def page() -> None:
        assert browser.get(f"/staff/people/{next(turn).prison_number}/").status_code == 200

    def today() -> None:
        assert b"/staff/people/A0" in browser.get("/staff/").content

    def decision() -> None:
        actions.decide(patient=next(turn), question="gp-record", answer=next(answers), by=actions.PERSON, route="talk")

    def median(deed: Callable[[], None], rounds: int) -> float:
        taken = []
        for number in range(rounds + 5):
            begun = time.perf_counter()
            deed()
            if number >= 5:
                taken.append(time.perf_counter() - begun)
        return statistics.median(taken)

    print(json.dumps({"person": median(page, 60), "today": median(today, 20), "decision": median(decision, 100)}))


if __name__ == "__main__":
    import django

    django.setup()
    {"fill": fill, "measure": measure}[sys.argv[1]]()
