"""How lines of the log are written: plain or JSON, with the request's name, and never with what somebody sent.

Frameworks log addresses and the texts of errors. An address can hold a secret link, an error of the database the row it
was about. So the address becomes its pattern, and of an error only its type and its places in the code are kept.
"""

import json
import logging
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from lantern.lib.request_ids import current_request_id

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
FROM_REQUESTS = ("django.request", "django.security", "csp")
FROM_TASKS = "celery.app.trace"
NAMED = ("method", "route", "status", "ms", "task", "task_id", "outcome")
"""What a line may tell beside its words, given as `extra`."""


class WithoutValues(logging.Filter):
    """Names the request, and takes addresses, headers and texts of errors out of what frameworks log."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_request_id() or "-"
        if record.name.startswith(FROM_REQUESTS):
            record.msg, record.args = "%s: %s", (_kind_of(record), route_of(getattr(record, "request", None)))
        elif record.name == FROM_TASKS and record.exc_info and isinstance(record.args, dict):
            facts: dict[str, Any] = record.args
            record.msg, record.args = "task %s ended: %s", (facts.get("name"), _type_of(record.exc_info))
        return True


class Plain(logging.Formatter):
    """A line for people."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s")

    def formatException(self, ei: Any) -> str:  # noqa: N802 -- the name logging calls
        return "\n".join([f"  {place}" for place in places(ei)] + [f"  {_type_of(ei)}"])


class Json(logging.Formatter):
    """A line for programs: one JSON object with `time`, `level`, `logger`, `message`, `request_id` and more."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": getattr(record, "request_id", "-"),
            "process": record.process,
        }
        line |= {name: record.__dict__[name] for name in NAMED if name in record.__dict__}
        if record.exc_info:
            line |= {"error": _type_of(record.exc_info), "places": places(record.exc_info)}
        return json.dumps(line, default=str)


def route_of(request: Any) -> str:
    """The pattern of a request's address, with the kinds of its parts and none of their values."""
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match else "-"


def places(error: Any) -> list[str]:
    """Where an error came through: file, line and function, the innermost last. Nothing of the error's text."""
    frames = traceback.extract_tb(error[2]) if error and error[2] else []
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]


def _kind_of(record: logging.LogRecord) -> str:
    status = getattr(record, "status_code", None)
    return f"answered {status}" if status else record.name.rpartition(".")[2]


def _type_of(error: Any) -> str:
    return error[0].__name__ if error and error[0] else "-"
