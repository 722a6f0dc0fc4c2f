import django.db.models.functions.datetime
from django.db import migrations, models

import lantern.lib.ids


class Migration(migrations.Migration):
    dependencies = [("lantern", "0001_tenancy")]
    operations = [
        migrations.CreateModel(
            "Resealing",
            [
                ("id", models.UUIDField(default=lantern.lib.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("key", models.PositiveSmallIntegerField(help_text="The number of the key that everything is sealed with anew.")),
                ("table", models.CharField(max_length=63)),
                ("column", models.CharField(max_length=63)),
                ("after", models.JSONField(help_text="The primary key of the last row looked at in this round.", null=True)),
                ("resealed", models.PositiveBigIntegerField(default=0)),
                ("unopened", models.PositiveIntegerField(default=0, help_text="Values of this round that no key opens.")),
                ("started_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("touched_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("key", "table", "column"), name="resealing_is_one_per_key_and_column"
                    )
                ]
            },
        ),
    ]  # fmt: skip
