"""Sign-on is the coalition's to set; who is bound to whom is the participant's own to see."""

from django.db import migrations

from lantern.lib.walls import OWN, STAFF, SYSTEM, wall


class Migration(migrations.Migration):
    dependencies = [("lantern", "0001_tenancy"), ("participants", "0006_sign_on")]
    operations = [
        wall("participants_signon", read=STAFF),
        wall("participants_signonbinding", read=f"{OWN} OR {STAFF}", write=SYSTEM),
    ]
