"""Only expiring reads the index of expiries: others, who ask for a signal's words in force, were led to it by statistics."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("signals", "0011_two_tracks")]
    operations = [
        migrations.RemoveIndex("contribution", "contribution_expiry"),
        migrations.AddIndex(
            "contribution",
            models.Index(fields=["expires_at"], name="contribution_expiry", condition=models.Q(ended_at__isnull=True)),
        ),
    ]
