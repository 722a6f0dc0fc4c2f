"""A withdrawal is carried out by the portal, past the walls: so the database looks that it names only one's own."""

from django.db import migrations

OWN = """
CREATE FUNCTION signals_withdrawal_is_of_ones_own() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM signals_contribution WHERE id = NEW.contribution_id AND participant_id <> NEW.participant_id
        UNION ALL
        SELECT 1 FROM signals_incident WHERE id = NEW.incident_id AND participant_id <> NEW.participant_id
        UNION ALL
        SELECT 1 FROM signals_upload WHERE id = NEW.upload_id AND participant_id <> NEW.participant_id
    ) THEN
        RAISE EXCEPTION 'withdrawal_is_of_ones_own' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER withdrawal_is_of_ones_own BEFORE INSERT OR UPDATE ON signals_withdrawal
    FOR EACH ROW EXECUTE FUNCTION signals_withdrawal_is_of_ones_own();
"""
ANYBODY_S = """
DROP TRIGGER withdrawal_is_of_ones_own ON signals_withdrawal;
DROP FUNCTION signals_withdrawal_is_of_ones_own();
"""


class Migration(migrations.Migration):
    dependencies = [("signals", "0006_intake_pages_walls")]
    operations = [migrations.RunSQL(OWN, ANYBODY_S)]
