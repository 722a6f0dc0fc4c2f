"""Walls between participants, and the function that answers in which sharing groups the asking one has a permission."""

from django.db import migrations

from lantern.lib.walls import ANYBODY, OWN, STAFF, never_deleted, wall

# The same facts that `participants.policies.groups_for` reads (guardian's rows), asked by the database itself.
GROUPS = """
CREATE FUNCTION lantern_groups(permission text) RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(granted.content_object_id), '{}')
    FROM participants_participant participant
    JOIN participants_sharinggrouppermission granted ON granted.group_id = participant.auth_group_id
    JOIN auth_permission may ON may.id = granted.permission_id
    WHERE participant.id = lantern_participant() AND participant.state = 'active' AND may.codename = permission
$$
"""
OWN_AUTH_GROUP = """
CREATE FUNCTION lantern_auth_group() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT auth_group_id FROM participants_participant WHERE id = lantern_participant()
$$
"""
SEEN_GROUP = "= ANY ((SELECT lantern_groups('view_signals'))::bigint[])"


class Migration(migrations.Migration):
    dependencies = [("lantern", "0001_tenancy"), ("participants", "0001_initial")]
    operations = [
        migrations.RunSQL(OWN_AUTH_GROUP, "DROP FUNCTION lantern_auth_group()"),
        migrations.RunSQL(GROUPS, "DROP FUNCTION lantern_groups(text)"),
        wall("participants_participant", read=ANYBODY, write=STAFF),
        wall(
            "participants_member",
            read=f"{OWN} OR user_id = (SELECT lantern_user()) OR {STAFF}",
            write=f"{OWN} OR {STAFF}",
        ),
        wall("participants_sharinggroup", read=f"id {SEEN_GROUP} OR {STAFF}", write=STAFF),
        wall(
            "participants_sharinggrouppermission",
            read=f"group_id = (SELECT lantern_auth_group()) OR {STAFF}",
            write=STAFF,
        ),
        wall("participants_sharinggroupuserpermission", read=STAFF, write=STAFF),
        never_deleted("accounts_user"),
        never_deleted("participants_participant"),
        never_deleted("participants_sharinggroup"),
    ]
