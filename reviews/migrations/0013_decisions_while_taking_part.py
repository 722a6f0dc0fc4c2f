"""Decisions are made by participants that take part, whoever asks: read-only looks on in the database as well."""

from django.db import migrations

from lantern.lib.walls import OWN, SYSTEM

ACTIVE = "EXISTS (SELECT 1 FROM participants_participant p WHERE p.id = participant_id AND p.state = 'active')"


class Migration(migrations.Migration):
    dependencies = [("reviews", "0012_second_looks_stay_blind")]
    operations = [
        migrations.RunSQL(
            f"ALTER POLICY reviews_decision_insert ON reviews_decision WITH CHECK ({SYSTEM} OR ({OWN} AND {ACTIVE}))",
            f"ALTER POLICY reviews_decision_insert ON reviews_decision WITH CHECK ({SYSTEM} OR ({OWN}))",
        )
    ]
