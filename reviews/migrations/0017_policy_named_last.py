"""The policy that somebody named last is read from an index, not looked for among all of her decisions."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0016_decisions_under_an_agreement")]
    operations = [
        migrations.AddIndex(
            "decision",
            models.Index(
                fields=["decided_by", "-id"], name="decision_named_policy_last", condition=~models.Q(policy="")
            ),
        )
    ]
