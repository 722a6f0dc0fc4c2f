"""Ten thousand logs that somebody tampered with, and every one found."""

import random
from collections.abc import Callable

import pytest

from audit.merkle import Frontier, leaf_hash
from audit.notes import Head
from audit.verifying import Misfit, SealedRow, check

Log = tuple[list[SealedRow], list[Head]]
EACH = 2_000


def _log(draw: random.Random, size: int) -> Log:
    rows: list[SealedRow] = []
    heads: list[Head] = []
    tree = Frontier()
    marks = {size, *(draw.randrange(1, size + 1) for _ in range(3))}
    for number in range(size):
        content = draw.randbytes(12)
        rows.append((number, 100 + number, leaf_hash(content), content))
        tree.add(rows[-1][2])
        if tree.size in marks:
            heads.append(Head("log", tree.size, tree.root()))
    return rows, heads


def _again(rows: list[SealedRow]) -> list[SealedRow]:
    """Somebody careful numbers the rows anew."""
    return [(number, *row[1:]) for number, row in enumerate(rows)]


def _changed(draw: random.Random, log: Log) -> Log:
    rows, heads = log
    number, event_id, leaf, content = rows[place := draw.randrange(len(rows))]
    other = (content or b"") + b"!"
    kept = leaf_hash(other) if draw.random() < 0.5 else leaf
    return [*rows[:place], (number, event_id, kept, other), *rows[place + 1 :]], heads


def _deleted(draw: random.Random, log: Log) -> Log:
    rows, heads = log
    place = draw.randrange(len(rows))
    left = rows[:place] + rows[place + 1 :]
    return _again(left) if draw.random() < 0.5 else left, heads


def _reordered(draw: random.Random, log: Log) -> Log:
    rows, heads = list(log[0]), log[1]
    one, other = draw.sample(range(len(rows)), 2)
    rows[one], rows[other] = rows[other], rows[one]
    return _again(rows) if draw.random() < 0.5 else rows, heads


def _truncated(draw: random.Random, log: Log) -> Log:
    """Cut off, half of the time together with every checkpoint behind the cut."""
    rows, heads = log
    size = draw.randrange(len(rows))
    return rows[:size], [head for head in heads if head.size <= size] if draw.random() < 0.5 else heads


def _forked(draw: random.Random, log: Log) -> Log:
    """Another history from some point on, its checkpoints signed with the true key."""
    rows, _ = log
    tree, forked, place = Frontier(), [], draw.randrange(len(rows))
    for number, event_id, leaf, content in rows:
        other = draw.randbytes(12) if number >= place else content
        forked.append((number, event_id, leaf if other is content else leaf_hash(other or b""), other))
        tree.add(forked[-1][2])
    return forked, [Head("log", tree.size, tree.root())]


@pytest.mark.parametrize("tamper", [_changed, _deleted, _reordered, _truncated, _forked])
def test_every_tampered_log_is_found(tamper: Callable[[random.Random, Log], Log]) -> None:
    draw, missed = random.Random(7), 0
    for _ in range(EACH):
        log = _log(draw, draw.randrange(2, 40))
        assert check(log[0], heads=log[1], nodes={}, kept_outside=log[1][-1:]) == len(log[0])
        rows, heads = tamper(draw, log)
        try:
            check(rows, heads=heads, nodes={}, kept_outside=log[1][-1:])
        except Misfit:
            continue
        missed += 1
    assert missed == 0
