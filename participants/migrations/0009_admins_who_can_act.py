"""An admin whose account is closed is none: the last one that can act stays, also when an account is closed."""

from django.db import migrations

KEPT = """
CREATE OR REPLACE FUNCTION participants_keeps_an_admin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.role = 'admin' AND NEW.is_active AND NEW.participant_id = OLD.participant_id THEN
        RETURN NULL;
    END IF;
    PERFORM participants_has_an_admin(OLD.participant_id);
    RETURN NULL;
END $$;
CREATE FUNCTION participants_has_an_admin(company bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('participant_keeps_an_admin', company));
    IF NOT EXISTS (
        SELECT 1 FROM participants_member m JOIN accounts_user u ON u.id = m.user_id AND u.is_active
        WHERE m.participant_id = company AND m.role = 'admin' AND m.is_active
    ) AND EXISTS (SELECT 1 FROM participants_participant WHERE id = company AND state NOT IN ('left', 'rejected')) THEN
        RAISE EXCEPTION 'participant_keeps_an_admin' USING ERRCODE = 'check_violation';
    END IF;
END $$;
CREATE FUNCTION participants_keeps_an_admin_s_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM participants_has_an_admin(participant_id)
        FROM participants_member WHERE user_id = NEW.id AND role = 'admin' AND is_active;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER participant_keeps_an_admin_s_account AFTER UPDATE OF is_active ON accounts_user
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.is_active AND NOT NEW.is_active)
    EXECUTE FUNCTION participants_keeps_an_admin_s_account();
"""
BEFORE = """
DROP TRIGGER participant_keeps_an_admin_s_account ON accounts_user;
DROP FUNCTION participants_keeps_an_admin_s_account();
CREATE OR REPLACE FUNCTION participants_keeps_an_admin() RETURNS trigger LANGUAGE plpgsql AS $$
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
DROP FUNCTION participants_has_an_admin(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("participants", "0008_names_reviewers"), ("accounts", "0005_sign_in_walls")]
    operations = [migrations.RunSQL(KEPT, BEFORE)]
