"""Tables that only grow: the promise is the database's, not Python's (invariant 1)."""

from django.db.migrations.operations import RunSQL
from django.db.migrations.operations.base import Operation

# Every table a migration has made append-only; filled as migrations are imported.
TABLES: set[str] = set()

FUNCTION = RunSQL(
    sql="""
    CREATE OR REPLACE FUNCTION forbid_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        -- A test database is emptied between tests; no other database may be.
        IF TG_OP = 'TRUNCATE' AND current_database() LIKE 'test\\_%%' THEN
            RETURN NULL;
        END IF;
        RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
            USING ERRCODE = 'integrity_constraint_violation';
    END $$;
    """.replace("%%", "%"),
    reverse_sql="DROP FUNCTION IF EXISTS forbid_change()",
)


def forbid_changes(table: str) -> Operation:
    """Return the migration operation that makes ``table`` refuse UPDATE, DELETE and TRUNCATE.

    The triggers are named ``<table>_append_only`` and ``<table>_no_truncate``;
    ``portal/checks.py`` looks for them at start. The kernel's first migration must have run.
    """
    TABLES.add(table)
    return RunSQL(
        sql=f"""
        CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION forbid_change();
        CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();
        """,
        reverse_sql=f"""
        DROP TRIGGER IF EXISTS {table}_append_only ON {table};
        DROP TRIGGER IF EXISTS {table}_no_truncate ON {table};
        """,
    )
