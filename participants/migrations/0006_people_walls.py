"""Walls of invitations and training records; what was learned stays; and no participant loses its last admin."""

from django.db import migrations

from lantern.lib.walls import OWN, STAFF, append_only, wall

# Two transactions may each take one of the last two admins and see the other's still there. The lock makes the second
# wait until the first has ended; then it counts what is left. A participant that is out of the programme needs none.
KEEPS_ADMIN = """
CREATE FUNCTION participants_keeps_an_admin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.role = 'admin' AND NEW.is_active AND NEW.participant_id = OLD.participant_id THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('participant_keeps_an_admin', OLD.participant_id));
    IF NOT EXISTS (
        SELECT 1 FROM participants_member WHERE participant_id = OLD.participant_id AND role = 'admin' AND is_active
    ) AND EXISTS (
        SELECT 1 FROM participants_participant WHERE id = OLD.participant_id AND state NOT IN ('left', 'rejected')
    ) THEN
        RAISE EXCEPTION 'participant_keeps_an_admin' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER participant_keeps_an_admin AFTER UPDATE OR DELETE ON participants_member
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.role = 'admin' AND OLD.is_active)
    EXECUTE FUNCTION participants_keeps_an_admin();
"""
KEEPS_NO_ADMIN = """
DROP TRIGGER participant_keeps_an_admin ON participants_member;
DROP FUNCTION participants_keeps_an_admin();
"""


class Migration(migrations.Migration):
    dependencies = [("participants", "0005_people")]
    operations = [
        wall("participants_invitation", read=f"{OWN} OR {STAFF}"),
        wall("participants_trainingrecord", read=f"{OWN} OR {STAFF}", write=OWN),
        append_only("participants_trainingrecord"),
        migrations.RunSQL(KEEPS_ADMIN, KEEPS_NO_ADMIN),
    ]
