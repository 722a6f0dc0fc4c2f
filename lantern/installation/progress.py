"""Plain lines about steps that take a moment: `Starting PostgreSQL … 0.4 s`."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

Steps = Callable[[str], AbstractContextManager[None]]


@contextmanager
def told(text: str) -> Iterator[None]:
    """Write `text` to stderr at once and, when the step has worked, the seconds it took."""
    sys.stderr.write(f"{text} … ")
    sys.stderr.flush()
    begun = time.monotonic()
    try:
        yield
    except BaseException:
        sys.stderr.write("\n")
        raise
    sys.stderr.write(f"{time.monotonic() - begun:.1f} s\n")


@contextmanager
def untold(text: str) -> Iterator[None]:  # noqa: ARG001 - the signature of `told`
    """Do the step and write nothing, for commands whose output other programs read."""
    yield
