"""Walls: signals and contributions by sharing group, everything on the way to them by participant."""

from django.db import migrations

from lantern.lib.walls import OWN, wall

SEEN = "sharing_group_id = ANY ((SELECT lantern_groups('view_signals'))::bigint[])"
SHARED = "sharing_group_id = ANY ((SELECT lantern_groups('contribute_signals'))::bigint[])"


class Migration(migrations.Migration):
    dependencies = [("participants", "0002_walls"), ("signals", "0001_initial")]
    operations = [
        wall("signals_signal", read=SEEN, write=SHARED),
        wall("signals_contribution", read=SEEN, write=f"{OWN} AND {SHARED}"),
        wall("signals_incident", read=OWN),
        wall("signals_upload", read=OWN),
        wall("signals_uploadchunk", read=OWN),
        wall("signals_stagedrow", read=OWN),
    ]
