"""The functions that every wall between tenants reads. They answer for the running transaction only.

`lantern_new_id` makes what `lantern.lib.ids.new_id` makes, where the database makes many: a version 7 UUID (RFC 9562).
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION lantern_scope() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce(current_setting('lantern.scope', true), '') $$;
CREATE FUNCTION lantern_participant() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('lantern.participant', true), '')::bigint $$;
CREATE FUNCTION lantern_user() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('lantern.user', true), '')::bigint $$;
CREATE FUNCTION lantern_new_id() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
    SELECT encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) PLACING
        substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
        52, 1), 53, 1), 'hex')::uuid
$$;
CREATE FUNCTION lantern_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: % is refused, rows stay', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
"""

BACKWARD = """
DROP FUNCTION lantern_refuse_change();
DROP FUNCTION lantern_new_id();
DROP FUNCTION lantern_user();
DROP FUNCTION lantern_participant();
DROP FUNCTION lantern_scope();
"""


class Migration(migrations.Migration):
    initial = True
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
