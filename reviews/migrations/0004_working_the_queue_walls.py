"""Walls: all of it is the participant's own. What was said stays, and a review moves only along its ways."""

from django.db import migrations

from lantern.lib.walls import OWN, append_only, wall

# open -> decided | closed, decided -> open (undone or reopened), closed -> open (the signal lives again).
MOVES = """
CREATE FUNCTION reviews_review_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.state, NEW.state) NOT IN
        (('open', 'decided'), ('open', 'closed'), ('decided', 'open'), ('closed', 'open')) THEN
        RAISE EXCEPTION 'review_moves_only_along_its_ways: % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER review_moves_only_along_its_ways BEFORE UPDATE OF state ON reviews_review
    FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION reviews_review_moves();

CREATE FUNCTION reviews_review_is_decided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM reviews_review WHERE id = NEW.id AND state = 'decided') AND NOT EXISTS (
        SELECT 1 FROM reviews_decision d WHERE d.review_id = NEW.id
        AND NOT EXISTS (SELECT 1 FROM reviews_undonedecision u WHERE u.decision_id = d.id)) THEN
        RAISE EXCEPTION 'review_has_a_decision_when_decided' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER review_has_a_decision_when_decided AFTER INSERT OR UPDATE OF state ON reviews_review
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state = 'decided')
    EXECUTE FUNCTION reviews_review_is_decided();
"""
NO_MOVES = """
DROP TRIGGER review_has_a_decision_when_decided ON reviews_review;
DROP FUNCTION reviews_review_is_decided();
DROP TRIGGER review_moves_only_along_its_ways ON reviews_review;
DROP FUNCTION reviews_review_moves();
"""
TABLES = (
    "reviews_undonedecision",
    "reviews_reopening",
    "reviews_appeal",
    "reviews_decisionbatch",
    "reviews_decisiontemplate",
    "reviews_routingrule",
    "reviews_queueview",
    "reviews_viewing",
    "reviews_keysettings",
)


class Migration(migrations.Migration):
    dependencies = [("reviews", "0003_working_the_queue")]
    operations = [
        *(wall(table, read=OWN) for table in TABLES),
        append_only("reviews_undonedecision"),
        append_only("reviews_reopening"),
        append_only("reviews_appeal"),
        migrations.RunSQL(MOVES, NO_MOVES),
    ]
