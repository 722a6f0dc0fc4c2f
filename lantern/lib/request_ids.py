"""One name for what a request sets going: in its answer, in each line of the log, and in the tasks it rings."""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

HEADER = "X-Request-ID"
TASK_HEADER = "lantern_request_id"
_SHAPE = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_current: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    """The name of what is being done now; empty outside of requests and tasks."""
    return _current.get()


def usable(given: str | None) -> str | None:
    """`given` where it is a UUID, so that nobody writes words of their own into the log; otherwise None."""
    return given if given is not None and _SHAPE.fullmatch(given) else None


def begin(given: str | None = None) -> str:
    """Name what begins now after `given`, or anew; returns the name."""
    name = usable(given) or uuid.uuid4().hex
    _current.set(name)
    return name


def end() -> None:
    """Forget the name."""
    _current.set("")


@contextmanager
def named(given: str | None = None) -> Iterator[str]:
    """The block's name: `given` where it is usable, or a new one."""
    token = _current.set(usable(given) or uuid.uuid4().hex)
    try:
        yield _current.get()
    finally:
        _current.reset(token)
