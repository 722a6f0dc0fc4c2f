"""Walls of the life cycle; the moves between states that the database lets pass; what a read-only participant may."""

from django.db import migrations

from lantern.lib.walls import OWN, STAFF, append_only, wall

# The table `participants.lifecycle.MOVES` in the database's words; a test compares the two, pair by pair.
STATES = """
CREATE FUNCTION participants_state_moves_legally() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'applied' THEN
            RAISE EXCEPTION 'participant_begins_as_applied' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state = OLD.state THEN
        RETURN NEW;
    END IF;
    IF (OLD.state, NEW.state) NOT IN (
        ('applied', 'under_review'), ('applied', 'rejected'), ('applied', 'left'),
        ('under_review', 'agreement_out'), ('under_review', 'rejected'), ('under_review', 'left'),
        ('agreement_out', 'training'), ('agreement_out', 'rejected'), ('agreement_out', 'left'),
        ('training', 'active'), ('training', 'rejected'), ('training', 'left'),
        ('active', 'read_only'), ('active', 'suspended'), ('active', 'left'),
        ('read_only', 'active'), ('read_only', 'suspended'), ('read_only', 'left'),
        ('suspended', 'read_only'), ('suspended', 'active'), ('suspended', 'left'),
        ('rejected', 'under_review')
    ) THEN
        RAISE EXCEPTION 'participant_state_moves_legally: % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state = 'active' AND NOT EXISTS (
        SELECT 1 FROM participants_agreement
        WHERE participant_id = NEW.id AND signed_on <= current_date
        AND (valid_until IS NULL OR valid_until >= current_date)
    ) THEN
        RAISE EXCEPTION 'participant_has_agreement_when_it_becomes_active' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER participant_state_moves_legally BEFORE INSERT OR UPDATE OF state ON participants_participant
    FOR EACH ROW EXECUTE FUNCTION participants_state_moves_legally();
"""
NO_STATES = """
DROP TRIGGER participant_state_moves_legally ON participants_participant;
DROP FUNCTION participants_state_moves_legally();
"""

# A read-only participant looks on, and shares nothing.
GROUPS = """
CREATE OR REPLACE FUNCTION lantern_groups(permission text) RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(granted.content_object_id), '{{}}')
    FROM participants_participant participant
    JOIN participants_sharinggrouppermission granted ON granted.group_id = participant.auth_group_id
    JOIN auth_permission may ON may.id = granted.permission_id
    WHERE participant.id = lantern_participant() AND {states} AND may.codename = permission
$$
"""
LOOKING = "(participant.state = 'active' OR (participant.state = 'read_only' AND permission = 'view_signals'))"

# What a participant answers is its own until staff have signed it off, which it cannot do itself.
ANSWERED = f"{STAFF} OR ({OWN} AND signed_off_at IS NULL)"


class Migration(migrations.Migration):
    dependencies = [("participants", "0003_life_cycle")]
    operations = [
        wall("participants_application", read=f"{OWN} OR {STAFF}", write=STAFF),
        wall("participants_vettinganswer", read=STAFF),
        wall("participants_agreement", read=f"{OWN} OR {STAFF}", write=STAFF),
        wall("participants_statechange", read=f"{OWN} OR {STAFF}", write=STAFF),
        wall("participants_buddy", read=f"{OWN} OR helper_id = (SELECT lantern_participant()) OR {STAFF}", write=STAFF),
        wall("participants_checkin", read=f"{OWN} OR {STAFF}", write=ANSWERED),
        wall("participants_checkinnotice", read=f"{OWN} OR {STAFF}", write=STAFF),
        append_only("participants_agreement"),
        append_only("participants_statechange"),
        migrations.RunSQL(STATES, NO_STATES),
        migrations.RunSQL(GROUPS.format(states=LOOKING), GROUPS.format(states="participant.state = 'active'")),
    ]
