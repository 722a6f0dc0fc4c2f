from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("signals", "0007_withdrawals_are_of_ones_own")]
    operations = [
        migrations.AddIndex(
            "signal", models.Index(fields=["id"], name="signal_pdq_due", condition=Q(kind="pdq", relations_due=True))
        ),
    ]
