"""Walls of what ends and finds: own things by participant and person, holds and erasures by staff, relations by group."""

from django.db import migrations

from lantern.lib.walls import OWN, STAFF, wall

SEEN = "sharing_group_id = ANY ((SELECT lantern_groups('view_signals'))::bigint[])"
ONESELF = "member_id IN (SELECT id FROM participants_member WHERE user_id = (SELECT lantern_user()))"
NOBODY = "false"


class Migration(migrations.Migration):
    dependencies = [("participants", "0002_walls"), ("signals", "0003_ending_and_finding")]
    operations = [
        wall("signals_withdrawal", read=OWN),
        wall("signals_handling", read=OWN),
        wall("signals_export", read=OWN),
        wall("signals_savedfilter", read=f"{OWN} AND {ONESELF}"),
        wall("signals_lookup", read=f"{OWN} AND {ONESELF}"),
        wall("signals_relation", read=SEEN, write=NOBODY),
        wall("signals_pdqpage", read=NOBODY),
        wall("signals_expiryrun", read=STAFF, write=NOBODY),
        wall("signals_legalhold", read=STAFF),
        wall("signals_erasure", read=STAFF),
    ]
