"""Decisions are made by participants whose agreement is in force, whoever asks."""

from django.db import migrations

from lantern.lib.walls import OWN, SYSTEM

ACTIVE = "EXISTS (SELECT 1 FROM participants_participant p WHERE p.id = participant_id AND p.state = 'active'{bound})"
POLICY = f"ALTER POLICY reviews_decision_insert ON reviews_decision WITH CHECK ({SYSTEM} OR ({OWN} AND {ACTIVE}))"


class Migration(migrations.Migration):
    dependencies = [("reviews", "0015_oldest_first"), ("participants", "0012_agreements_in_force")]
    operations = [
        migrations.RunSQL(POLICY.format(bound=" AND lantern_is_bound(p.id)"), POLICY.format(bound="")),
    ]
