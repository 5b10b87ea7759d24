"""The database itself refuses to change or remove what was recorded, whichever way it is asked."""

from django.db import migrations

# Each with what a row that is there already has in common with one that would take its place.
TABLES = {
    "consent_entry": "id = NEW.id OR hash = NEW.hash OR (chain = NEW.chain AND seq = NEW.seq)",
    "consent_explanation": "id = NEW.id OR hash = NEW.hash",
    "consent_presentation": "id = NEW.id OR hash = NEW.hash",
    "consent_accessevent": "id = NEW.id",
    "consent_signoff": "id = NEW.id",
}


def refuse(apps, schema_editor, tables=TABLES):
    sqlite = schema_editor.connection.vendor == "sqlite"
    for table, same in tables.items():
        for statement in on_sqlite(table, same) if sqlite else on_postgresql(table):
            schema_editor.execute(statement, params=None)


def allow(apps, schema_editor, tables=TABLES):
    sqlite = schema_editor.connection.vendor == "sqlite"
    for table in tables:
        if sqlite:
            for what in ("update", "delete", "replace"):
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{what}", params=None)
        else:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}", params=None)
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_truncate ON {table}", params=None)


def on_sqlite(table, same):
    for what in ("UPDATE", "DELETE"):
        yield (
            f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
    # INSERT OR REPLACE would put a new row in the place of an old one without a DELETE that triggers see.
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
