"""The wall of resealing, and the one change that rows which are never changed allow: the same value under a newer key."""

from django.db import migrations

from lantern.lib.walls import wall

REFUSE = """
CREATE FUNCTION lantern_refuse_all_but_resealing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before text := to_jsonb(OLD)->>TG_ARGV[0];
    after text := to_jsonb(NEW)->>TG_ARGV[0];
BEGIN
    -- A sealed value begins with \\x, its version and the number of its key; resealing keeps its length.
    IF TG_OP = 'UPDATE' AND lantern_scope() = 'system' AND to_jsonb(OLD) - TG_ARGV[0] = to_jsonb(NEW) - TG_ARGV[0]
        AND length(before) = length(after) AND substr(before, 1, 4) = substr(after, 1, 4)
        AND substr(before, 5, 2) < substr(after, 5, 2) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '%: % is refused, rows stay', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
"""


def _stay(table: str, column: str) -> migrations.RunSQL:
    body = "BEFORE UPDATE OR DELETE ON {0} FOR EACH ROW EXECUTE FUNCTION {1}"
    again = body.format(table, f"lantern_refuse_all_but_resealing('{column}')")
    return migrations.RunSQL(
        f"DROP TRIGGER {table}_rows_stay ON {table}; CREATE TRIGGER {table}_rows_stay {again};",
        f"DROP TRIGGER {table}_rows_stay ON {table}; CREATE TRIGGER {table}_rows_stay "
        f"{body.format(table, 'lantern_refuse_change()')};",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("lantern", "0002_resealing"),
        ("participants", "0004_life_cycle_walls"),
        ("reviews", "0004_working_the_queue_walls"),
    ]
    operations = [
        migrations.RunSQL(REFUSE, "DROP FUNCTION lantern_refuse_all_but_resealing();"),
        wall("lantern_resealing", read="(SELECT lantern_scope()) = 'staff'", write="false"),
        _stay("participants_agreement", "content"),
        _stay("reviews_decision", "report_ids"),
    ]
