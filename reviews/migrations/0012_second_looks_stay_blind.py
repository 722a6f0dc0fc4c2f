"""Who has read a first decision never votes on it again; and a second look may be asked for."""

import django.contrib.postgres.fields
from django.db import migrations, models

READERS = """
CREATE FUNCTION reviews_second_review_readers_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT NEW.read_by @> OLD.read_by THEN
        RAISE EXCEPTION 'second_review_forgets_no_reader' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.second_by_id IS DISTINCT FROM OLD.second_by_id AND NEW.second_by_id = ANY(OLD.read_by) THEN
        RAISE EXCEPTION 'second_review_is_by_nobody_who_read' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER second_review_readers_stay BEFORE UPDATE ON reviews_secondreview
    FOR EACH ROW EXECUTE FUNCTION reviews_second_review_readers_stay();
"""
FORGET = """
DROP TRIGGER second_review_readers_stay ON reviews_secondreview;
DROP FUNCTION reviews_second_review_readers_stay();
"""
CHOICES = [
    ("outcome", "its outcome"),
    ("severity", "its severity"),
    ("sample", "the random sample"),
    ("asked", "the wish of whoever decided"),
]


class Migration(migrations.Migration):
    dependencies = [("reviews", "0011_follow_up_walls")]

    operations = [
        migrations.AddField(
            "secondreview",
            "read_by",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                default=list,
                help_text="Members who voted and read the first decision.",
                size=None,
            ),
        ),
        migrations.RemoveConstraint("secondreview", "second_review_why_is_known"),
        migrations.AlterField("secondreview", "why", models.CharField(choices=CHOICES, max_length=16)),
        migrations.AddConstraint(
            "secondreview",
            models.CheckConstraint(
                condition=models.Q(("why__in", ["outcome", "severity", "sample", "asked"])),
                name="second_review_why_is_known",
            ),
        ),
        migrations.RunSQL(
            "UPDATE reviews_secondreview SET read_by = ARRAY[second_by_id] WHERE state IN ('voted', 'done')",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(READERS, FORGET),
    ]
