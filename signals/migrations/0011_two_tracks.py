"""A large upload is shared along two tracks; one that is being shared now goes on along one until a worker parts it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("signals", "0010_names_that_stay")]
    operations = [
        migrations.AddField(
            "upload",
            "upper_applied_to",
            models.PositiveIntegerField(
                null=True,
                help_text="The same for the upper half of the fingerprints; empty while it goes with the lower one.",
            ),
        )
    ]
