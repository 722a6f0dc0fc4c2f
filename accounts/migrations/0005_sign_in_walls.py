"""Resets of factors belong to the coalition; requests for a new password are written by anybody and read by nobody."""

from django.db import migrations

from lantern.lib.walls import ANYBODY, STAFF, SYSTEM, wall


class Migration(migrations.Migration):
    dependencies = [("lantern", "0001_tenancy"), ("accounts", "0004_signing_in")]
    operations = [
        wall("accounts_factorreset", read=STAFF),
        wall("accounts_resetrequest", read=SYSTEM, write=ANYBODY, change=SYSTEM),
    ]
