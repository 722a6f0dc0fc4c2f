"""That a column is left out is kept for the next file too, as which column holds what is."""

from django.db import migrations, models

KNOWN = (
    "kind", "value", "service", "harm_types", "severity", "confidence", "observed_at", "incident", "policy", "note",
    "tlp", "expires_at",
)  # fmt: skip
NAME = "column_name_is_of_a_known_column"
# The walls hold for the owner as well; the setting ends with the transaction of the migration.
AS_THE_PORTAL = "SELECT set_config('lantern.scope', 'system', true)"
FORGET = "DELETE FROM signals_columnname WHERE field = ''"


class Migration(migrations.Migration):
    dependencies = [("signals", "0015_services_as_they_are_folded")]
    operations = [
        migrations.RemoveConstraint("columnname", NAME),
        migrations.AlterField(
            "columnname",
            "field",
            models.CharField(max_length=16, blank=True, help_text="The known column; empty where it is left out."),
        ),
        migrations.AddConstraint(
            "columnname", models.CheckConstraint(condition=models.Q(field__in=["", *KNOWN]), name=NAME)
        ),
        # Taken back, names that are left out are forgotten before the narrower rule holds again.
        migrations.RunSQL(migrations.RunSQL.noop, [AS_THE_PORTAL, FORGET]),
    ]
