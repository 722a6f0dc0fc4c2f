"""Web, worker and beat of an installation, each started again as soon as it ends.

As `lantern.installation.supervisor` does, but without its patience: that one gives up on a part that dies five times
within a minute, which is what happens here.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from lantern.installation.folders import PROJECT
from lantern.installation.supervisor import Child

PAUSE = 0.05
REST_SECONDS = 0.2
END_SECONDS = 15.0


@dataclass
class Part:
    """One part: its process now, and with which codes it ended so far."""

    child: Child
    log: Path
    process: "subprocess.Popen[bytes] | None" = None
    ends: list[int] = field(default_factory=list)

    def start(self) -> None:
        """Start it, in a session of its own, tied to this process."""
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "lantern.installation.tied", str(os.getpid()), *self.child.command],
                env=self.child.environment,
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Its main process."""
        assert self.process is not None
        return self.process.pid

    def clear(self) -> None:
        """Kill what is left of its group, as the supervisor does, and note how it ended."""
        assert self.process is not None
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.ends.append(self.process.wait())


class Parts:
    """All of them, looked after by a thread for the length of the `with` block."""

    def __init__(self, children: Sequence[Child], logs: Path) -> None:
        self._parts = {child.name: Part(child, logs / f"{child.name}.log") for child in children}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look_after, name="parts")

    def __enter__(self) -> "Parts":
        for part in self._parts.values():
            part.start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        for part in self._parts.values():
            with suppress(ProcessLookupError):
                os.kill(part.pid, signal.SIGTERM)
        give_up = time.monotonic() + END_SECONDS
        for part in self._parts.values():
            with suppress(subprocess.TimeoutExpired):
                assert part.process is not None
                part.process.wait(max(0.1, give_up - time.monotonic()))
            part.clear()

    def __getitem__(self, name: str) -> Part:
        return self._parts[name]

    def _look_after(self) -> None:
        while not self._over.wait(PAUSE):
            for part in self._parts.values():
                if part.process is not None and part.process.poll() is not None:
                    part.clear()
                    time.sleep(REST_SECONDS)
                    part.start()


def children_of(pid: int) -> list[int]:
    """The processes that `pid` has started."""
    with suppress(OSError):
        tasks = Path(f"/proc/{pid}/task").iterdir()
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    return []


def has_gone(pid: int, seconds: float = 2.0) -> bool:
    """Whether the process ends (or is a zombie) within `seconds`."""
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.01)
    return False


def worked(pid: int) -> int:
    """Processor time of a process so far, in the system's ticks; 0 where it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])
