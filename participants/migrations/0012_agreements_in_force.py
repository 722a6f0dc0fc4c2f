"""Only who has an agreement in force shares, from the day after its last one on: the database asks for it as well."""

from django.db import migrations

# The same facts as `Agreement.objects.in_force`.
IS_BOUND = """
CREATE FUNCTION lantern_is_bound(participant bigint) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT EXISTS (
        SELECT 1 FROM participants_agreement
        WHERE participant_id = participant AND signed_on <= current_date
        AND (valid_until IS NULL OR valid_until >= current_date)
    )
$$
"""
GROUPS = """
CREATE OR REPLACE FUNCTION lantern_groups(permission text) RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(granted.content_object_id), '{{}}')
    FROM participants_participant participant
    JOIN participants_sharinggrouppermission granted ON granted.group_id = participant.auth_group_id
    JOIN auth_permission may ON may.id = granted.permission_id
    WHERE participant.id = lantern_participant() AND {states} AND may.codename = permission
$$
"""
BEFORE = "(participant.state = 'active' OR (participant.state = 'read_only' AND permission = 'view_signals'))"
NOW = """
    participant.state IN ('active', 'read_only') AND (
        permission = 'view_signals' OR (participant.state = 'active' AND lantern_is_bound(participant.id))
    )
"""


class Migration(migrations.Migration):
    dependencies = [("participants", "0011_sectors")]
    operations = [
        migrations.RunSQL(IS_BOUND, "DROP FUNCTION lantern_is_bound(bigint)"),
        migrations.RunSQL(GROUPS.format(states=NOW), GROUPS.format(states=BEFORE)),
    ]
