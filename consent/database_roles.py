"""Who may do what in PostgreSQL: the application owns nothing, and can only add to what is append-only.

A trigger is a guard rail that the owner of a table can take away; a right that was never given cannot be used. So
``prepare`` runs as the owner and gives rights to two other roles: the web application's, and the checkpoint command's,
which alone may add to the signed tree. docs/production.md says how to set them up.
"""

import importlib
import re

from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction

RECORD = importlib.import_module("consent.migrations.0002_append_only").TABLES
PROOF = importlib.import_module("consent.migrations.0004_proof").TABLES
READ, ADD, ANYTHING = "SELECT", "SELECT, INSERT", "SELECT, INSERT, UPDATE, DELETE"
ROLE = re.compile(r"[a-z_][a-z0-9_]{0,62}")


def application_rights(table: str) -> str:
    if table in RECORD:
        return ADD
    return READ if table in PROOF or table == "django_migrations" else ANYTHING


def checkpoint_rights(table: str) -> str:
    if table in PROOF:
        return ADD
    return READ if table in RECORD else ""


RIGHTS = {"application": application_rights, "checkpoint": checkpoint_rights}


@transaction.atomic
def give_rights(*, role: str, to: str) -> int:
    """Give a role the rights of ``to`` (application, checkpoint), and no others; how many tables it may use.

    Raises ImproperlyConfigured where the role is not there, or is one that could do anything anyhow.
    """
    if not ROLE.fullmatch(role):
        raise ImproperlyConfigured(f"{role!r} is no name for a role: small letters, digits and underscores.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = %s", [role])
        found = cursor.fetchone()
        if found is None:
            raise ImproperlyConfigured(f"There is no role {role}. Make it first: CREATE ROLE {role} LOGIN;")
        cursor.execute("SELECT current_user")
        if found[0] or cursor.fetchone()[0] == role:
            raise ImproperlyConfigured(f"{role} is a superuser or the owner: nothing is kept from it. Name another.")
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
        cursor.execute(f"REVOKE ALL ON SCHEMA public FROM {role}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")
        given = {table: RIGHTS[to](table) for table in connection.introspection.table_names(cursor)}
        for table, rights in given.items():
            if rights:
                cursor.execute(f'GRANT {rights} ON "{table}" TO {role}')
    return sum(1 for rights in given.values() if rights)
