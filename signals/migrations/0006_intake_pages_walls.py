"""Walls: a draft is one person's, the names of columns are a participant's."""

from django.db import migrations

from lantern.lib.walls import OWN, wall

ONESELF = "member_id IN (SELECT id FROM participants_member WHERE user_id = (SELECT lantern_user()))"


class Migration(migrations.Migration):
    dependencies = [("participants", "0002_walls"), ("signals", "0005_intake_pages")]
    operations = [
        wall("signals_draft", read=f"{OWN} AND {ONESELF}"),
        wall("signals_columnname", read=OWN),
    ]
