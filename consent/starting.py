"""What production refuses to serve with. ``manage.py check --deploy --database default`` says the same beforehand.

A setting that is wrong by itself is refused in config/settings.py; here is what only the database can tell.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from consent.database_roles import PROOF, RECORD
from consent.models import Explanation
from consent.words import content, signing
from consent.words.files import ENGLISH
from consent.words.local import general


def refuse_unless_safe() -> None:
    """Raises ImproperlyConfigured with everything that is wrong. A demonstration starts as it is."""
    if not settings.IS_DEMONSTRATION and (found := faults()):
        raise ImproperlyConfigured("MODE=production does not start:\n" + "\n".join(f"- {fault}" for fault in found))


@register(Tags.database, deploy=True)
def check(databases: Sequence[str] | None = None, **kwargs: Any) -> list[Error]:
    asked = "default" in (databases or [])
    return [Error(fault, id="consent.E001") for fault in faults()] if asked and not settings.IS_DEMONSTRATION else []


def faults() -> list[str]:
    tables = set(connection.introspection.table_names())
    if "consent_entry" not in tables:
        return ["The database has no tables yet. Run 'manage.py prepare'."]
    return [*of_the_database(), *of_the_guards(), *of_the_words()]


def of_the_database() -> list[str]:
    if connection.vendor != "postgresql":
        if settings.SQLITE_IS_MEANT:
            return []
        return [
            "The database is SQLite. Set DATABASE_URL to PostgreSQL; or SQLITE=on, for one small site of one process."
        ]
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname, rolsuper FROM pg_roles WHERE rolname = current_user")
        role, is_superuser = cursor.fetchone()
        for table in sorted({**RECORD, **PROOF}):
            rights = " OR ".join(
                f"has_table_privilege(current_user, '{table}', '{right}')" for right in ("UPDATE", "DELETE", "TRUNCATE")
            )
            cursor.execute(f"SELECT {rights}")
            if cursor.fetchone()[0]:
                found.append(table)
    if not found:
        return []
    why = "is a superuser" if is_superuser else f"may change {', '.join(found)}"
    return [f"The database role {role} {why}: it could rewrite the record. docs/production.md: which to use."]


def of_the_guards() -> list[str]:
    """The triggers that refuse changes, by their names."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')")
            wanted = {f"{table}_append_only" for table in {**RECORD, **PROOF}}
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            wanted = {f"{table}_no_update" for table in {**RECORD, **PROOF}}
        missing = sorted(wanted - {name for (name,) in cursor.fetchall()})
    return [f"The database lacks its guard {name}. Run 'manage.py prepare' on a restored database." for name in missing]


def of_the_words() -> list[str]:
    """What patients would be shown now: unsigned words may stand in a database that was used for a demonstration."""
    newest = Explanation.objects.values_list("question", "language").distinct()
    english = [(question, tag) for question, tag in newest if general(tag) == ENGLISH]
    if not english:
        return ["No words are published. Run 'manage.py prepare'."]
    found = []
    for question, tag in sorted(english):
        row = Explanation.objects.filter(question=question, language=tag).latest()
        if unsigned := signing.unsigned(content.words(row.hash).texts):
            found.append(f"{question}, {tag}: {len(unsigned)} published sentences have no sign-off.")
    return found
