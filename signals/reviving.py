"""A signal that ended lives again when somebody shares its value anew: its row gets the value back."""

from django.db import connection

from lantern.lib.seal import unseal
from signals.models.signal import VALUE, seal_value
from signals.staging import Batch

# The staged value is sealed for the row it would have had; the row that is there needs it sealed for itself. Rows are
# locked in the order of their fingerprints; one that ends while this waits for it is seen as it is afterwards.
WITHOUT_VALUE = """
SELECT s.id, t.signal_id, CASE WHEN s.value IS NULL THEN t.value END
FROM signals_signal s JOIN signals_stagedrow t ON t.fingerprint = s.fingerprint
WHERE t.batch = %(batch)s AND t.number > %(after)s AND t.number <= %(to)s
AND t.outcome NOT IN ('rejected', 'duplicate')
ORDER BY s.fingerprint FOR UPDATE OF s
"""
GIVE_BACK = "UPDATE signals_signal SET value = %s, relations_due = true WHERE id = %s AND value IS NULL"


def revive(batch: Batch, *, after: int, to: int) -> int:
    """Lock the signals that rows of the stage name, and give those that ended their value back; says how many."""
    with connection.cursor() as cursor:
        cursor.execute(WITHOUT_VALUE, {"batch": batch.id, "after": after, "to": to})
        ended = [row for row in cursor.fetchall() if row[2] is not None]
        for signal, staged_as, value in ended:
            cursor.execute(GIVE_BACK, [seal_value(unseal(value, VALUE, staged_as), signal), signal])
    return len(ended)
