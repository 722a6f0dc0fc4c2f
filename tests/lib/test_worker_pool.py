"""A worker outlives a child that is killed before it has begun."""

from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from celery.concurrency import get_implementation

from lantern.celery import app
from lantern.worker_pool import TaskPool


@dataclass
class _Child:
    exitcode: int | None


@pytest.mark.parametrize(
    ("exits", "goes_on"), [([None, None], True), ([-9, None], True), ([None, -9], True), ([-9, -9], False), ([], False)]
)
def test_one_living_child_is_enough(exits: list[int | None], goes_on: bool) -> None:
    pool = TaskPool(limit=2)
    pool._pool = SimpleNamespace(_pool=[_Child(code) for code in exits])
    assert pool.did_start_ok() is goes_on


def test_workers_use_it() -> None:
    assert get_implementation(app.conf.worker_pool) is TaskPool
