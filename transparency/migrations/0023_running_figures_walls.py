"""Walls: figures so far are everybody's to read and the portal's to count."""

from django.db import migrations

from lantern.lib.walls import ANYBODY, wall

NOBODY = "false"


class Migration(migrations.Migration):
    dependencies = [("lantern", "0001_tenancy"), ("transparency", "0022_running_figures")]
    operations = [wall("transparency_runningfigures", read=ANYBODY, write=NOBODY)]
