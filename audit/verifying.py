"""Whether the log is still the one that was signed. `check` is plain Python over rows, whoever reads them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from audit.merkle import Frontier, grows, leaf_hash
from audit.notes import Head

# number, id of the event, its leaf hash as kept, its content now (None where the event is gone)
SealedRow = tuple[int, int, bytes, bytes | None]


class Misfit(Exception):
    """The first thing that does not fit. `event_id` is the first event concerned, where one can be named."""

    def __init__(self, why: str, event_id: int | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.event_id = event_id


@dataclass
class _Reading:
    """How far one has read: the tree so far, and where the last root that fitted ended."""

    kept: Mapping[tuple[int, int], bytes]
    grown: dict[tuple[int, int], bytes] = field(default_factory=dict)
    first_doubtful: int | None = None

    def grow(self, level: int, index: int, found: bytes) -> None:
        self.grown[level, index] = found


def check(
    rows: Iterable[SealedRow],
    *,
    heads: Sequence[Head],
    nodes: Mapping[tuple[int, int], bytes],
    kept_outside: Sequence[Head] = (),
) -> int:
    """Read the log once, from its beginning, and return how many events it has. Raises `Misfit`.

    `heads` are the signed checkpoints, oldest first, `nodes` the kept hashes by (level, index). `kept_outside` are
    checkpoints that somebody put by: only they show that a log was cut off together with its newest checkpoints, or
    that whoever holds the key signed another history.
    """
    if not grows([head.size for head in heads]):
        raise Misfit("the checkpoints are not in order")
    roots: dict[int, set[bytes]] = {}
    for head in (*heads, *kept_outside):
        roots.setdefault(head.size, set()).add(head.root)
    reading = _Reading(nodes)
    tree = Frontier(reading.grow)
    for number, event_id, leaf, content in rows:
        _check_row(tree.size, number, event_id, leaf, content)
        if reading.first_doubtful is None:
            reading.first_doubtful = event_id
        tree.add(leaf)
        if (expected := roots.pop(tree.size, None)) is not None:
            if expected != {tree.root()}:
                raise Misfit(f"the checkpoint of {tree.size} events has another root", reading.first_doubtful)
            reading.first_doubtful = None
    if missing := [size for size in roots if size > tree.size]:
        raise Misfit(f"the log ends after {tree.size} events, a checkpoint has {min(missing)}")
    if reading.grown != dict(reading.kept):
        raise Misfit("the kept hashes of the tree are not those of its events")
    return tree.size


def _check_row(expected: int, number: int, event_id: int, leaf: bytes, content: bytes | None) -> None:
    if number != expected:
        raise Misfit(f"number {expected} of the log is missing", event_id)
    if content is None:
        raise Misfit("it was sealed and is gone", event_id)
    if leaf_hash(content) != leaf:
        raise Misfit("it was changed after it was sealed", event_id)
