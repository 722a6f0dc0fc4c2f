"""Walls: reviews and decisions are the participant's own. What was decided stays, and says what its verdict needs."""

from django.db import migrations

from lantern.lib.walls import OWN, append_only, wall

# A decision and its measures come in one transaction; when it ends they must fit.
MEASURED = """
CREATE FUNCTION reviews_decision_is_measured() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.verdict = 'actioned') <> EXISTS (SELECT 1 FROM reviews_measure WHERE decision_id = NEW.id) THEN
        RAISE EXCEPTION 'decision_has_measures_exactly_when_actioned' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER decision_has_measures_exactly_when_actioned AFTER INSERT ON reviews_decision
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION reviews_decision_is_measured();
"""
UNMEASURED = """
DROP TRIGGER decision_has_measures_exactly_when_actioned ON reviews_decision;
DROP FUNCTION reviews_decision_is_measured();
"""


class Migration(migrations.Migration):
    dependencies = [("participants", "0002_walls"), ("reviews", "0001_initial")]
    operations = [
        wall("reviews_review", read=OWN),
        wall("reviews_decision", read=OWN),
        wall("reviews_measure", read=OWN),
        append_only("reviews_decision"),
        append_only("reviews_measure"),
        migrations.RunSQL(MEASURED, UNMEASURED),
    ]
