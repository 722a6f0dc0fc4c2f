"""Several long-running commands under one process: started together, started again when one dies, ended together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Self

from lantern.installation.errors import InstallationError
from lantern.installation.folders import PRIVATE_FILE

PAUSE = 0.1
GRACE_SECONDS = 10.0
FIRST_REST_SECONDS = 0.5  # doubled with each death within the window
DEATHS = 5
WINDOW_SECONDS = 60.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Say = Callable[[str], None]


@dataclass(frozen=True)
class Child:
    """A command to keep running. Its output goes to `<name>.log`; its first word is a path."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]


class _Process:
    """One running child, in a session of its own, so that Ctrl-C in a terminal reaches the supervisor alone."""

    def __init__(self, child: Child, log: Path) -> None:
        output = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND, PRIVATE_FILE)
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "lantern.installation.tied", str(os.getpid()), *child.command],
                env=child.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        finally:
            os.close(output)

    def has_ended(self) -> bool:
        """Whether it is over. It is left unreaped, so its id still names its group and nothing else."""
        return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def ask_to_end(self) -> None:
        """Send SIGTERM to the process alone, not to its group: web and worker let their own children finish."""
        self._process.terminate()

    def clear(self) -> int:
        """Kill what is left of its group, reap it and return its exit code."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        return self._process.wait()


@dataclass
class _Place:
    """One child's place: its process, when it died lately, when to start it again (seconds of the monotonic clock)."""

    child: Child
    log: Path
    process: _Process | None = None
    start_at: float = 0.0
    deaths: list[float] = field(default_factory=list)

    def start(self) -> None:
        """Start the child, or start it again."""
        self.process = _Process(self.child, self.log)


class Supervisor:
    """Runs its children from entering to leaving the `with` block. SIGINT, SIGTERM and SIGHUP end `wait`."""

    def __init__(self, children: Sequence[Child], logs: Path, say: Say) -> None:
        self._places = [_Place(child, logs / f"{child.name}.log") for child in children]
        self._say = say
        self._asked_to_stop = False
        self._former: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        # Set here and not left to Python: without job control a shell starts background commands with SIGINT ignored.
        self._former = {number: signal.signal(number, self._ask_to_stop) for number in STOP_SIGNALS}
        for place in self._places:
            if place.log.exists():
                place.log.replace(place.log.with_suffix(".log.1"))
            place.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_all()
        for number, former in self._former.items():
            signal.signal(number, former)

    def wait(self, until: Callable[[], bool] = lambda: False, seconds: float = float("inf")) -> bool:
        """Keep the children running until `until()`; False if asked to stop first.

        Raises `InstallationError` if a child dies five times within a minute, or after `seconds`.
        """
        give_up = time.monotonic() + seconds
        while not self._asked_to_stop:
            self._look_after()
            if until():
                return True
            if time.monotonic() > give_up:
                raise InstallationError(f"Lantern was not ready after {seconds:.0f} seconds: see {self._logs()}.")
            time.sleep(PAUSE)
        return False

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._asked_to_stop = True

    def _look_after(self) -> None:
        now = time.monotonic()
        for place in self._places:
            if place.process is None:
                if now >= place.start_at:
                    place.start()
            elif place.process.has_ended():
                code = place.process.clear()
                place.process = None
                self._note_death(place, _reason(code), now)

    def _note_death(self, place: _Place, reason: str, now: float) -> None:
        place.deaths = [*(death for death in place.deaths if now - death < WINDOW_SECONDS), now]
        name = place.child.name
        if len(place.deaths) >= DEATHS:
            raise InstallationError(f"The {name} keeps ending ({reason}): see {place.log}.")
        rest = FIRST_REST_SECONDS * 2 ** (len(place.deaths) - 1)
        place.start_at = now + rest
        self._say(f"The {name} ended ({reason}) and starts again in {rest:g} s. Its log: {place.log}")

    def _end_all(self) -> None:
        running = [place.process for place in self._places if place.process]
        for process in running:
            process.ask_to_end()
        give_up = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < give_up and not all(process.has_ended() for process in running):
            time.sleep(PAUSE)
        for process in running:
            process.clear()

    def _logs(self) -> str:
        return ", ".join(str(place.log) for place in self._places)


def _reason(code: int) -> str:
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name
