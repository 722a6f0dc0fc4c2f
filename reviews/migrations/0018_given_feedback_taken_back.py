"""The company that gave feedback sees of it too that it was taken back."""

from django.db import migrations, models

# The walls hold for the owner as well; the setting ends with the transaction of the migration.
AS_THE_PORTAL = "SELECT set_config('lantern.scope', 'system', true)"
TAKEN_BACK = """
UPDATE reviews_givenfeedback g SET taken_back_at = f.taken_back_at
FROM reviews_feedback f WHERE f.id = g.feedback_id AND f.taken_back_at IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("reviews", "0017_policy_named_last")]
    operations = [
        migrations.AddField("givenfeedback", "taken_back_at", models.DateTimeField(null=True)),
        migrations.RunSQL([AS_THE_PORTAL, TAKEN_BACK], migrations.RunSQL.noop),
    ]
