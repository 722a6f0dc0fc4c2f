"""Locks between the commands of one installation. They end with their holder, however it ends."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from lantern.installation.errors import InstallationError
from lantern.installation.folders import Home


@contextmanager
def locked(home: Home, name: str) -> Iterator[None]:
    """Hold the lock `name` alone; waits for whoever holds it."""
    with (home.run / f"{name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def held_alone(home: Home, name: str, refusal: str) -> Iterator[None]:
    """Hold the lock `name` alone; raises `InstallationError(refusal)` at once if somebody holds it."""
    with (home.run / f"{name}.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InstallationError(refusal) from None
        yield
