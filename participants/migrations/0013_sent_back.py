from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("participants", "0012_agreements_in_force")]
    operations = [
        migrations.AddField(
            model_name="checkin",
            name="sent_back_at",
            field=models.DateTimeField(help_text="When that was, the last time.", null=True),
        ),
    ]
