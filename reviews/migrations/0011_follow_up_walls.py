"""Walls of what follows a decision: by participant, and by person where it is nobody else's. A vote stays as given."""

from django.db import migrations

from lantern.lib.walls import OWN, wall

ONESELF = "user_id = (SELECT lantern_user())"
NOBODY = "false"

# Who decided is the first, whatever is written; and whoever has voted cannot vote again once the decision is shown.
BLIND = """
CREATE FUNCTION reviews_second_review_is_blind() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.first_by_id <> (SELECT decided_by_id FROM reviews_decision WHERE id = NEW.decision_id) THEN
        RAISE EXCEPTION 'second_review_knows_who_decided_first' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.verdict <> '' AND NEW.second_by_id = OLD.second_by_id
        AND (NEW.verdict, NEW.dismissal) IS DISTINCT FROM (OLD.verdict, OLD.dismissal) THEN
        RAISE EXCEPTION 'second_review_vote_stays_as_given' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state IN ('done', 'void') AND NEW.state <> OLD.state THEN
        RAISE EXCEPTION 'second_review_that_is_over_stays_over' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER second_review_is_blind BEFORE INSERT OR UPDATE ON reviews_secondreview
    FOR EACH ROW EXECUTE FUNCTION reviews_second_review_is_blind();
"""
SEEING = """
DROP TRIGGER second_review_is_blind ON reviews_secondreview;
DROP FUNCTION reviews_second_review_is_blind();
"""


class Migration(migrations.Migration):
    dependencies = [("participants", "0002_walls"), ("reviews", "0010_follow_ups")]
    operations = [
        wall("reviews_reviewpractice", read=OWN),
        wall("reviews_secondreview", read=OWN),
        wall("reviews_outgoingfeedback", read=OWN),
        wall("reviews_feedback", read=OWN, write=NOBODY),
        wall("reviews_givenfeedback", read=OWN, write=NOBODY),
        wall("reviews_feedbackmessage", read=OWN, write=NOBODY),
        wall("reviews_notification", read=ONESELF),
        wall("reviews_notificationchoice", read=ONESELF),
        wall("reviews_carechoice", read=ONESELF),
        wall("reviews_workeditem", read=ONESELF),
        migrations.RunSQL(BLIND, SEEING),
    ]
