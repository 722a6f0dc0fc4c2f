"""Rows that come by the hundred thousand name signals, uploads and incidents without a foreign key: those stay."""

from django.db import migrations, models
from django.db.models import PROTECT

from lantern.lib.walls import never_deleted


class Migration(migrations.Migration):
    dependencies = [("signals", "0009_late_drafts")]
    operations = [
        never_deleted("signals_signal"),
        never_deleted("signals_upload"),
        never_deleted("signals_incident"),
        migrations.AlterField(
            "incident",
            "participant",
            models.ForeignKey("participants.participant", PROTECT, related_name="incidents", db_constraint=False),
        ),
        migrations.AlterField(
            "contribution",
            "signal",
            models.ForeignKey("signals.signal", PROTECT, related_name="contributions", db_constraint=False),
        ),
        migrations.AlterField(
            "contribution",
            "upload",
            models.ForeignKey("signals.upload", PROTECT, null=True, related_name="contributions", db_constraint=False),
        ),
        migrations.AlterField(
            "contribution",
            "incident",
            models.ForeignKey(
                "signals.incident", PROTECT, null=True, related_name="contributions", db_constraint=False
            ),
        ),
    ]
