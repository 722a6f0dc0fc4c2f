"""The tree over sealed events: RFC 6962, section 2.1, with SHA-256. Plain functions over hashes; nothing of a database.

A leaf is SHA-256(0x00 || content), a node SHA-256(0x01 || left || right). Hashes are kept at the levels 0, 8, 16, …
(`STEP`): whatever else a proof needs is computed from at most 128 of them.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from itertools import pairwise

STEP = 8
TILE = 1 << STEP
EMPTY = sha256(b"").digest()

# (level, first, last): the kept hashes of that level, `last` not included.
Read = Callable[[int, int, int], Sequence[bytes]]


def leaf_hash(content: bytes) -> bytes:
    """The hash of one leaf."""
    return sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two neighbours."""
    return sha256(b"\x01" + left + right).digest()


def full(hashes: Sequence[bytes]) -> bytes:
    """The hash over a power of two of neighbours at one level."""
    while len(hashes) > 1:
        hashes = [node_hash(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


class Frontier:
    """A tree that only grows at its end, kept as the hashes of its whole subtrees.

    `kept` is told of each at a level of `STEP`.
    """

    def __init__(self, kept: Callable[[int, int, bytes], None] = lambda _level, _index, _hash: None) -> None:
        self.size = 0
        self._kept = kept
        self._whole: list[bytes] = []  # by falling height, as the bits of `size` say

    def add(self, leaf: bytes) -> None:
        """Put one leaf hash at the end."""
        index, level, found = self.size, 0, leaf
        while index & 1:
            found = node_hash(self._whole.pop(), found)
            index, level = index >> 1, level + 1
            if not level % STEP:
                self._kept(level, index, found)
        self._whole.append(found)
        self.size += 1

    def root(self) -> bytes:
        """The hash of the tree as it is now."""
        if not self._whole:
            return EMPTY
        found = self._whole[-1]
        for left in reversed(self._whole[:-1]):
            found = node_hash(left, found)
        return found


def range_hash(read: Read, first: int, last: int) -> bytes:
    """MTH(D[first:last]) where `first` is aligned as the recursion of RFC 6962 makes it."""
    size = last - first
    if not size & (size - 1):
        level = size.bit_length() - 1
        below = level - level % STEP
        return full(read(below, first >> below, last >> below))
    middle = first + _split(size)
    return node_hash(range_hash(read, first, middle), range_hash(read, middle, last))


def inclusion_proof(read: Read, index: int, size: int) -> list[bytes]:
    """PATH(index, D[size]), RFC 6962, 2.1.1: from the leaf upwards."""
    first, last, path = 0, size, []
    while last - first > 1:
        middle = first + _split(last - first)
        if index < middle:
            path.append((middle, last))
            last = middle
        else:
            path.append((first, middle))
            first = middle
    return [range_hash(read, *part) for part in reversed(path)]


def consistency_proof(read: Read, old: int, new: int) -> list[bytes]:
    """PROOF(old, D[new]), RFC 6962, 2.1.2. Empty where nothing was there before, or nothing came."""
    if not 0 < old < new:
        return []
    first, last, path = 0, new, []
    while last != old:
        middle = first + _split(last - first)
        if old <= middle:
            path.append((middle, last))
            last = middle
        else:
            path.append((first, middle))
            first = middle
    if first:
        path.append((first, last))
    return [range_hash(read, *part) for part in reversed(path)]


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof leads from the leaf to the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    number, end, found = index, size - 1, leaf
    for step in path:
        if not end:
            return False
        if number & 1 or number == end:
            found = node_hash(step, found)
            while not number & 1 and number:
                number, end = number >> 1, end >> 1
        else:
            found = node_hash(found, step)
        number, end = number >> 1, end >> 1
    return not end and found == root


def is_consistent(old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Whether the newer tree begins with the whole of the older one (RFC 9162, 2.1.4.2)."""
    if not 0 < old < new:
        return not path and (old_root == new_root if old == new else old == 0)
    steps = [old_root, *path] if not old & (old - 1) else list(path)
    if not steps:
        return False
    number, end = old - 1, new - 1
    while number & 1:
        number, end = number >> 1, end >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if not end:
            return False
        if number & 1 or number == end:
            before, after = node_hash(step, before), node_hash(step, after)
            while not number & 1 and number:
                number, end = number >> 1, end >> 1
        else:
            after = node_hash(after, step)
        number, end = number >> 1, end >> 1
    return not end and before == old_root and after == new_root


def grows(sizes: Sequence[int]) -> bool:
    """Whether each is larger than the one before."""
    return all(earlier < later for earlier, later in pairwise(sizes))


def _split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    return 1 << ((size - 1).bit_length() - 1)
