"""A service of 64 characters may be folded to three times as many. Longer limits rewrite no row.

Taken back, this is refused where a longer one is kept, and nothing is changed.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("signals", "0014_chosen_harm_types")]
    operations = [
        migrations.AlterField("signal", "service", models.CharField(max_length=192, blank=True)),
        migrations.AlterField("stagedrow", "service", models.CharField(max_length=192, default="", blank=True)),
    ]
