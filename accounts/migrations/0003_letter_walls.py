"""Anybody who acts may write a letter to somebody; only the portal itself reads and sends them."""

from django.db import migrations

from lantern.lib.walls import ANYBODY, SYSTEM, wall


class Migration(migrations.Migration):
    dependencies = [("lantern", "0001_tenancy"), ("accounts", "0002_letters")]
    operations = [wall("accounts_letter", read=SYSTEM, write=ANYBODY, change=SYSTEM)]
