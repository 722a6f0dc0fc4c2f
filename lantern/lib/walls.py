"""Row-level security and append-only tables, as migration operations.

Each table that belongs to a participant or to a sharing group gets its wall in the migration that creates it. A wall is
forced, so it also holds for the owner of the table; only superusers pass it, and the application never connects as one.
"""

from django.db.migrations import RunSQL

SYSTEM = "(SELECT lantern_scope()) = 'system'"
STAFF = "(SELECT lantern_scope()) IN ('staff', 'system')"
ANYBODY = "(SELECT lantern_scope()) <> ''"
OWN = "participant_id = (SELECT lantern_participant())"


def wall(table: str, *, read: str, write: str | None = None, change: str | None = None) -> RunSQL:
    """Rows of `table` are seen where `read` holds and inserted, changed or deleted where `write` holds as well.

    `change` is for tables where less may be changed or deleted than inserted.
    `read`, `write` and `change` are SQL conditions over one row; the portal itself (scope `system`) always passes.
    """
    may_write = write or read
    may_change = change or may_write
    return RunSQL(
        f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY {table}_read ON {table} FOR SELECT USING ({SYSTEM} OR ({read}));
        CREATE POLICY {table}_insert ON {table} FOR INSERT WITH CHECK ({SYSTEM} OR ({may_write}));
        CREATE POLICY {table}_update ON {table} FOR UPDATE USING ({SYSTEM} OR ({may_change}))
            WITH CHECK ({SYSTEM} OR ({may_change}));
        CREATE POLICY {table}_delete ON {table} FOR DELETE USING ({SYSTEM} OR ({may_change}));
        """,
        f"""
        DROP POLICY {table}_read ON {table};
        DROP POLICY {table}_insert ON {table};
        DROP POLICY {table}_update ON {table};
        DROP POLICY {table}_delete ON {table};
        ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
        ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
        """,
    )


def append_only(table: str) -> RunSQL:
    """UPDATE, DELETE and TRUNCATE of `table` are refused for everybody, the owner included."""
    return RunSQL(
        f"""
        CREATE TRIGGER {table}_rows_stay BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION lantern_refuse_change();
        CREATE TRIGGER {table}_table_stays BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION lantern_refuse_change();
        """,
        f"""
        DROP TRIGGER {table}_rows_stay ON {table};
        DROP TRIGGER {table}_table_stays ON {table};
        """,
    )
