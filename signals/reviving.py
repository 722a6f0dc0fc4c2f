"""A signal that ended lives again when somebody shares its value anew: its row gets the value back."""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection

from lantern.lib.seal import unseal
from signals.models.signal import VALUE, seal_value

GIVE_BACK = "UPDATE signals_signal SET value = %s WHERE id = %s AND value IS NULL"


def revive(ended: Iterable[tuple[UUID, UUID, bytes]]) -> None:
    """Give signals that ended their value back. Lock them first.

    Each is its id, the id under which the value was staged, and the value: it was sealed for the row it would have had;
    the row that is there needs it sealed for itself.
    """
    with connection.cursor() as cursor:
        for signal, staged_as, value in ended:
            cursor.execute(GIVE_BACK, [seal_value(unseal(value, VALUE, staged_as), signal), signal])
