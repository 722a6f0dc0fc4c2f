"""The tree of sealed events as the database keeps it."""

from django.db import connection

from audit.merkle import TILE
from audit.models import SealedEvent

LEAVES = "SELECT leaf FROM audit_sealedevent WHERE id >= %s AND id < %s ORDER BY id"
NODES = "SELECT hash FROM audit_treenode WHERE level = %s AND index >= %s AND index < %s ORDER BY index"


class StoredTree:
    """Reads kept hashes, whole tiles of 256 at once, and remembers them: a proof asks for neighbours."""

    def __init__(self) -> None:
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def read(self, level: int, first: int, last: int) -> list[bytes]:
        """The hashes `first` to `last` (not included) of `level`, all in one tile.

        Raises `LookupError` if one is not there.
        """
        tile = first // TILE
        if (level, tile) not in self._tiles:
            self._tiles[level, tile] = _hashes(level, tile * TILE, (tile + 1) * TILE)
        found = self._tiles[level, tile][first - tile * TILE : last - tile * TILE]
        if len(found) != last - first:
            raise LookupError(f"hashes {first} to {last} of level {level} are not there")
        return found


def sealed_count() -> int:
    """How many events are sealed."""
    newest = SealedEvent.objects.order_by("-id").values_list("id", flat=True).first()
    return 0 if newest is None else newest + 1


def _hashes(level: int, first: int, last: int) -> list[bytes]:
    with connection.cursor() as cursor:
        if level:
            cursor.execute(NODES, [level, first, last])
        else:
            cursor.execute(LEAVES, [first, last])
        return [bytes(row[0]) for row in cursor.fetchall()]
