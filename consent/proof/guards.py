"""Do the database's own guards still stand? Somebody may have taken them away, or put a quiet one in their place."""

import importlib
from collections.abc import Iterator

from django.db import connection

GUARDS = [importlib.import_module(f"consent.migrations.{name}") for name in ("0002_append_only", "0004_proof")]
TABLES = [table for guard in GUARDS for table in guard.TABLES]


class Told:
    """Takes down what a migration would do, and does nothing."""

    def __init__(self) -> None:
        self.connection = connection
        self.statements: list[str] = []

    def execute(self, statement: str, params: None = None) -> None:
        self.statements.append(statement)


def guard_faults() -> Iterator[str]:
    """A guard that is missing, switched off, changed, or one that nobody knows of, on a table of the record."""
    told = Told()
    for guard in GUARDS:
        guard.refuse(None, told)
    made = [" ".join(s.split()) for s in told.statements if s.lstrip().startswith("CREATE TRIGGER")]
    expected = {statement.split()[2]: statement for statement in made}
    found = dict(on_sqlite() if connection.vendor == "sqlite" else on_postgresql())
    for name in sorted(expected.keys() - found.keys()):
        yield f"Guard {name}: it is missing, so the database no longer refuses what it should."
    for name in sorted(found.keys() - expected.keys()):
        yield f"Guard {name}: nobody knows this trigger on a table of the record."
    for name in sorted(found.keys() & expected.keys()):
        if found[name] not in (expected[name], "as it was made"):
            yield f"Guard {name}: it is not as it was made."


def on_sqlite() -> Iterator[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
        yield from ((name, " ".join(sql.split())) for name, table, sql in cursor.fetchall() if table in TABLES)


def on_postgresql() -> Iterator[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgname, t.tgenabled = 'O' AND p.proname = 'refuse_to_change' AND p.prosrc LIKE %s "
            "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid "
            "WHERE NOT t.tgisinternal AND c.relname = ANY(%s)",
            ["%BEGIN%RAISE EXCEPTION%END%", TABLES],
        )
        yield from ((name, "as it was made" if whole else "changed") for name, whole in cursor.fetchall())
