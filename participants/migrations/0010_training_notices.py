import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from lantern.lib.walls import OWN, wall


class Migration(migrations.Migration):
    dependencies = [("participants", "0009_admins_who_can_act")]

    operations = [
        migrations.CreateModel(
            name="TrainingNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ends_on", models.DateField()),
                ("days", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="training_notices",
                        to="participants.member",
                    ),
                ),
                (
                    "participant",
                    models.ForeignKey(
                        help_text="The member's; here for the wall.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="participants.participant",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("member", "ends_on", "days"), name="training_notice_is_one_per_step"
                    )
                ],
            },
        ),
        wall("participants_trainingnotice", read=OWN, write="false"),
    ]
