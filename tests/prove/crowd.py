"""1,200 people in one prison and 90,000 in the estate, on PostgreSQL: do today's list and every other one still open
as they do with 50 in both?

The work is the same in both: 14 people came in since yesterday and 36 have something due. The others have answered, as
most of a prison has, their answers stand in the clinical record, and no programme of screening calls them (men of 30);
they are put in by SQL from the rows of a few who did so through the product's own actions.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from datetime import timedelta
from typing import Any

from tests.cluster import own_cluster
from tests.prove.growth import ROOT, clone, run_sql

HERE, ESTATE, AT_WORK, NEW, SETTLED = 1_200, 90_000, 50, 14, 20
TURNS, ROUNDS = 7, 10


def campaign() -> dict[str, Any]:
    """Median seconds of each page with many over the same with few, and the queries of each."""
    with own_cluster(durable=True) as cluster:
        few, many = (cluster.url.rpartition("/")[0] + f"/{name}" for name in ("few", "many"))
        run_sql(cluster.url, "CREATE DATABASE few")
        child("fill", few)
        run_sql(cluster.url, "CREATE DATABASE many TEMPLATE few")
        crowd(many)
        run_sql(few, "VACUUM ANALYZE")
        found: dict[str, list[dict[str, Any]]] = {"few": [], "many": []}
        for _ in range(TURNS):
            found["few"].append(child("measure", few))
            found["many"].append(child("measure", many))
        here = run_sql(many, "SELECT count(*) FROM consent_status WHERE prison_id = 'LEI'")
        estate = run_sql(many, "SELECT count(*) FROM consent_status")
    pages = {}
    for page in found["few"][0]:
        seconds = {name: statistics.median(one[page][0] for one in turns) for name, turns in found.items()}
        queries = {name: max(one[page][1] for one in turns) for name, turns in found.items()}
        pages[page] = {"ratio": seconds["many"] / seconds["few"], "queries": queries}
    return {"pages": pages, "here": here, "estate": estate}


def child(what: str, url: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "tests.prove.crowd", what],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return json.loads(done.stdout.splitlines()[-1])


def crowd(url: str) -> None:
    """Those who answered, over and over, under new numbers: the first of them here, all others elsewhere."""
    copies = f"""
        CREATE TABLE copy AS
        SELECT 100000 + n AS id, t.id AS of, md5('p' || n)::uuid AS record_id, t.record_id AS of_record,
               chr(66 + n % 24) || lpad((n / 24 % 10000)::text, 4, '0') || 'AQ' AS number,
               CASE WHEN n <= {HERE - AT_WORK} THEN 'LEI' ELSE 'HLI' END AS prison
        FROM generate_series(1, {ESTATE - AT_WORK - SETTLED}) n
        JOIN (SELECT id, record_id, row_number() OVER (ORDER BY id) - 1 AS place FROM registration_patient
              WHERE id IN (SELECT patient_id FROM consent_status WHERE prison_id = 'HLI')) t
          ON t.place = n % {SETTLED}
    """
    own: dict[str, str | None] = {"id": None, "patient_id": "c.id"}
    body = "convert_to(replace(convert_from(t.body, 'UTF8'), c.of_record::text, c.record_id::text), 'UTF8')"
    run_sql(
        url,
        "SET session_replication_role = replica",
        copies,
        clone(url, "registration_patient", "c.of = t.id", id="c.id", record_id="c.record_id", prison_number="c.number"),
        clone(url, "registration_movement", "c.of = t.patient_id", **own, prison_id="c.prison"),
        clone(url, "registration_legalstatusrecord", "c.of = t.patient_id", **own),
        clone(
            url,
            "consent_status",
            "c.of = t.patient_id",
            patient_id="c.id",
            prison_id="c.prison",
            body="""replace(t.body, '"prison":"HLI"', '"prison":"' || c.prison || '"')""",
        ),
        clone(
            url,
            "consent_entry",
            "c.of_record = t.chain",
            id=None,
            chain="c.record_id",
            body=body,
            hash="encode(sha256(convert_to(c.record_id::text || t.hash, 'UTF8')), 'hex')",
        ),
        "VACUUM ANALYZE",
    )


# -- in a process of its own ------------------------------------------------------------------------------------------


def fill() -> None:
    """At Leeds 14 who just came and 36 with something due; at Hull a few who have answered."""
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.db import transaction
    from django.utils import timezone

    from consent import actions
    from consent.policy import Answer
    from consent.roles import Role
    from consent.staff.person.clinical_record import KIND
    from registration.legal_status import LegalStatus
    from registration.movements import Direction, Movement
    from tests.staff import give_posts

    call_command("prepare", verbosity=0, stdout=open(os.devnull, "w"))  # noqa: SIM115
    nurse = User.objects.create_user("nurse")
    give_posts(nurse, *Role)
    now = timezone.now()
    with transaction.atomic():
        for n in range(AT_WORK + SETTLED):
            days, prison = (1 if n < NEW else 20), "LEI" if n < AT_WORK else "HLI"
            person = actions.receive_person(
                number=f"A{n:04d}AA",
                movement=Movement(now - timedelta(days=days, minutes=n), Direction.IN, "NEW_ADMISSION", prison=prison),
                user=nurse,
                legal_status=LegalStatus.SENTENCED,
                described={
                    "given_names": "Sam",
                    "family_name": f"Pell{n}",
                    "date_of_birth": (now - timedelta(days=12_000 + n)).date(),
                    "home_gp": "yes",
                    "language": "en",
                    **({"sex": "male"} if n >= AT_WORK else {}),
                },
            )
            told = {"patient": person, "by": actions.staff(nurse), "route": "talk"}
            if n >= AT_WORK:
                for question in ("gp-record", "gms-registration"):
                    said = actions.decide(**told, question=question, answer=Answer.NO, at=now - timedelta(days=19))
                    actions.record_note(patient=person, kind=KIND, by=actions.staff(nurse), refers=(said.hash,))
            elif n % 3 == 0 and n >= NEW:
                actions.decide(**told, question="gms-registration", answer=Answer.YES, at=now - timedelta(days=9))
            elif n % 3 == 1 and n >= NEW:
                actions.decide(**told, question="gms-registration", answer=Answer.LATER, at=now - timedelta(days=9))
                actions.decide(**told, question="gp-record", answer=Answer.YES, at=now - timedelta(days=9))
    print("{}")


def measure() -> None:
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from consent.staff.lists.table import BY_SLUG

    settings.ALLOWED_HOSTS = ["testserver"]
    browser = Client()
    browser.force_login(User.objects.get(username="nurse"))
    browser.post("/staff/prison/", {"prison": "LEI"})
    found = {}
    for page in ("/staff/", "/staff/lists/", *(f"/staff/lists/{slug}/" for slug in BY_SLUG)):
        taken = []
        for number in range(ROUNDS + 3):
            begun = time.perf_counter()
            assert browser.get(page).status_code == 200
            if number >= 3:
                taken.append(time.perf_counter() - begun)
        with CaptureQueriesContext(connection) as seen:
            browser.get(page)
        found[page] = (statistics.median(taken), len(seen))
    print(json.dumps(found))


if __name__ == "__main__":
    import django

    django.setup()
    {"fill": fill, "measure": measure}[sys.argv[1]]()
