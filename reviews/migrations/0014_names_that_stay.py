"""Reviews come by the million and name their signal and its holder without a foreign key: signals and members stay."""

from django.db import migrations, models
from django.db.models import PROTECT

from lantern.lib.walls import never_deleted


class Migration(migrations.Migration):
    dependencies = [
        ("participants", "0011_sectors"),
        ("reviews", "0013_decisions_while_taking_part"),
        ("signals", "0010_names_that_stay"),
    ]
    operations = [
        never_deleted("participants_member"),
        migrations.AlterField(
            "review",
            "signal",
            models.ForeignKey("signals.signal", PROTECT, related_name="reviews", db_index=False, db_constraint=False),
        ),
        migrations.AlterField(
            "review",
            "holder",
            models.ForeignKey("participants.member", PROTECT, null=True, related_name="+", db_constraint=False),
        ),
    ]
