"""Events are added by anybody who acts, read by the participant they concern and by the coalition, and never changed."""

from django.db import migrations

from lantern.lib.walls import OWN, STAFF, append_only, wall


class Migration(migrations.Migration):
    dependencies = [("lantern", "0001_tenancy"), ("audit", "0001_initial")]
    operations = [
        wall("audit_auditevent", read=f"{OWN} OR {STAFF}", write="true"),
        append_only("audit_auditevent"),
    ]
