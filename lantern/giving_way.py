"""People before rows: a process that works in the background leaves the processor to those that somebody waits for."""

import logging
import os
import time
from pathlib import Path

# Linux may share the processor between sessions first (sched_autogroup); then a process's niceness counts only within
# its own session, and that of the session is written here. The kernel takes few such writes in a moment. Where it
# does not share, the file is missing (built without) or empty (switched off, or this session has no share of its own).
SESSION = Path("/proc/self/autogroup")
ATTEMPTS = 5
PAUSE = 0.2

log = logging.getLogger(__name__)


def give_way(niceness: int) -> None:
    """Be nicer to others by `niceness` (0 to 19) than before, with the session that this process leads, if any."""
    os.nice(niceness)
    if niceness and os.getsid(0) == os.getpid() and session_niceness() is not None:
        _let_session_give_way(niceness)


def session_niceness() -> int | None:
    """How nice this process's session is to others; None where sessions have no share of the processor."""
    told = SESSION.read_text().split() if SESSION.exists() else []
    return int(told[-1]) if told else None


def _let_session_give_way(niceness: int) -> None:
    for _ in range(ATTEMPTS):
        try:
            SESSION.write_text(str(niceness))
            return
        except BlockingIOError:
            time.sleep(PAUSE)
        except OSError as error:
            log.warning("the worker's session keeps its share of the processor: %s", error.strerror)
            return
    log.warning("the worker's session keeps its share of the processor: the kernel was busy")
