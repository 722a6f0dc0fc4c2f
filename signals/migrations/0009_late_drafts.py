from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("signals", "0008_pdq_due")]
    operations = [
        migrations.AddField(
            model_name="draft",
            name="closed_sitting",
            field=models.UUIDField(help_text="The opening of the form that was shared or discarded last.", null=True),
        ),
        migrations.AlterField(
            model_name="draft",
            name="content",
            field=models.BinaryField(help_text="Sealed; nothing once it is shared or discarded.", null=True),
        ),
    ]
