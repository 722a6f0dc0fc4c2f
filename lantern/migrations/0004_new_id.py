"""Where PostgreSQL makes version 7 UUIDs itself (18 and newer), it makes them; it is many times quicker."""

from django.db import migrations

FORWARD = """
DO $$ BEGIN
    IF current_setting('server_version_num')::int >= 180000 THEN
        CREATE OR REPLACE FUNCTION lantern_new_id() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE
            AS 'SELECT uuidv7()';
    END IF;
END $$;
"""
# As 0001 made it, for every version.
BACKWARD = """
CREATE OR REPLACE FUNCTION lantern_new_id() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
    SELECT encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) PLACING
        substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
        52, 1), 53, 1), 'hex')::uuid
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("lantern", "0003_resealing_walls")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
