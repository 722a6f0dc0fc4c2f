"""The oldest of a long queue is read from an index, not looked for."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0014_names_that_stay")]
    operations = [
        migrations.AddIndex(
            "review",
            models.Index(fields=["participant", "created_at"], name="review_oldest", condition=models.Q(state="open")),
        )
    ]
