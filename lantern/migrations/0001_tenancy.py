"""The functions that every wall between tenants reads. They answer for the running transaction only."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION lantern_scope() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce(current_setting('lantern.scope', true), '') $$;
CREATE FUNCTION lantern_participant() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('lantern.participant', true), '')::bigint $$;
CREATE FUNCTION lantern_user() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('lantern.user', true), '')::bigint $$;
CREATE FUNCTION lantern_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
"""

BACKWARD = """
DROP FUNCTION lantern_refuse_change();
DROP FUNCTION lantern_user();
DROP FUNCTION lantern_participant();
DROP FUNCTION lantern_scope();
"""


class Migration(migrations.Migration):
    initial = True
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
