"""The database itself refuses to change or remove what was recorded, whichever way it is asked."""

from django.db import migrations

TABLES = {
    "consent_entry": "hash",
    "consent_explanation": "hash",
    "consent_presentation": "hash",
    "consent_accessevent": None,
    "consent_signoff": None,
}


def refuse(apps, schema_editor):
    sqlite = schema_editor.connection.vendor == "sqlite"
    for table, key in TABLES.items():
        for statement in on_sqlite(table, key) if sqlite else on_postgresql(table):
            schema_editor.execute(statement, params=None)


def allow(apps, schema_editor):
    sqlite = schema_editor.connection.vendor == "sqlite"
    for table in TABLES:
        if sqlite:
            for what in ("update", "delete", "replace"):
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{what}", params=None)
        else:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}", params=None)
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_truncate ON {table}", params=None)


def on_sqlite(table, key):
    for what in ("UPDATE", "DELETE"):
        yield (
            f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
    # INSERT OR REPLACE would put a new row in the place of an old one without a DELETE that triggers see.
    same = "id = NEW.id" + (f" OR {key} = NEW.{key}" if key else "")
    if table == "consent_entry":
        same += " OR (chain = NEW.chain AND seq = NEW.seq)"
    yield (
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )


def on_postgresql(table):
    yield """
        CREATE OR REPLACE FUNCTION refuse_to_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
        END $$"""
    yield (
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_to_change()"
    )
    yield (
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change()"
    )


class Migration(migrations.Migration):
    dependencies = [("consent", "0001_initial")]
    operations = [migrations.RunPython(refuse, allow)]
