"""The sealed record: places in the log, the hashes of its tree, signed checkpoints. Events that are there begin to wait."""

import django.db.models.functions.datetime
from django.db import migrations, models

from lantern.lib.walls import STAFF, SYSTEM, append_only, wall

# Whoever writes an event also makes it wait, in the same transaction; nobody but the portal sees what waits.
WAIT = """
CREATE FUNCTION audit_event_waits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_pendingevent (id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER audit_auditevent_waits AFTER INSERT ON audit_auditevent
    FOR EACH ROW EXECUTE FUNCTION audit_event_waits();
SELECT set_config('lantern.scope', 'system', true);
INSERT INTO audit_pendingevent (id) SELECT id FROM audit_auditevent;
SELECT set_config('lantern.scope', '', true);
"""
NO_WAIT = """
DROP TRIGGER audit_auditevent_waits ON audit_auditevent;
DROP FUNCTION audit_event_waits();
"""


class Migration(migrations.Migration):
    dependencies = [("lantern", "0001_tenancy"), ("audit", "0002_walls")]
    operations = [
        migrations.CreateModel(
            name="PendingEvent",
            fields=[("id", models.BigIntegerField(help_text="The event's id.", primary_key=True, serialize=False))],
        ),
        migrations.CreateModel(
            name="SealedEvent",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        help_text="The number in the log, without gaps.", primary_key=True, serialize=False
                    ),
                ),
                ("event_id", models.BigIntegerField(unique=True)),
                (
                    "salt",
                    models.BinaryField(
                        help_text="Random, so that nobody finds out by trying what a foreign leaf says."
                    ),
                ),
                (
                    "leaf",
                    models.BinaryField(help_text="SHA-256 of a zero byte and the event's content (audit.content)."),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TreeNode",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("level", models.SmallIntegerField()),
                ("index", models.BigIntegerField()),
                ("hash", models.BinaryField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("level", "index"), name="tree_node_is_kept_once")]
            },
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("size", models.BigIntegerField(unique=True)),
                ("root", models.BinaryField()),
                (
                    "note",
                    models.TextField(help_text="A C2SP checkpoint: origin, size, root and signature."),
                ),
                (
                    "at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
            ],
        ),
        wall("audit_pendingevent", read=SYSTEM, write="true", change=SYSTEM),
        wall("audit_sealedevent", read=STAFF, write=SYSTEM),
        wall("audit_treenode", read=STAFF, write=SYSTEM),
        wall("audit_checkpoint", read="(SELECT lantern_scope()) IN ('member', 'staff')", write=SYSTEM),
        append_only("audit_sealedevent"),
        append_only("audit_treenode"),
        append_only("audit_checkpoint"),
        migrations.RunSQL(WAIT, NO_WAIT),
    ]
