"""Walls: facts and reported figures are the participant's own; what was reported or asked stays as it was."""

from django.db import migrations

from lantern.lib.walls import OWN, STAFF, append_only, wall

NOBODY = "false"


class Migration(migrations.Migration):
    dependencies = [("lantern", "0001_tenancy"), ("transparency", "0020_kept_facts")]
    operations = [
        wall("transparency_keptfact", read=OWN, write=NOBODY),
        wall("transparency_reportedfigure", read=f"{OWN} OR {STAFF}", write=OWN),
        wall("transparency_coveragereminder", read=f"{OWN} OR {STAFF}", write=STAFF),
        append_only("transparency_reportedfigure"),
        append_only("transparency_coveragereminder"),
    ]
