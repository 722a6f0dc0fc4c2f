"""One server process that outlives the command that started it.

The server inherits a locked file and holds the lock as long as it, or a process it forked, lives. So "is it running?"
has one answer that no crash, reboot, reused process id or zombie can falsify.
"""

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lantern.installation.errors import InstallationError
from lantern.installation.folders import PRIVATE_FILE

PAUSE = 0.02
START_SECONDS = 60.0
STOP_SECONDS = 20.0


@dataclass(frozen=True)
class Account:
    """The system account a server runs as."""

    user: int
    group: int


@dataclass(frozen=True)
class Daemon:
    """A server: its name, the folder of its lock and log, and the file whose first line is its process id."""

    name: str
    folder: Path
    pid_file: Path

    @property
    def log(self) -> Path:
        """What the server wrote since it was started; `.1` is the time before."""
        return self.folder / f"{self.name}.log"

    def is_running(self) -> bool:
        """Whether a process of this server is alive."""
        with self._lock_file().open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def start(self, command: Sequence[str], environment: Mapping[str, str], account: Account | None) -> None:
        """Start `command` in a session of its own, as `account` where one is given. The caller holds the start lock."""
        self.pid_file.unlink(missing_ok=True)  # nobody is running, so whatever it names is somebody else
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.1"))
        log = os.open(self.log, os.O_CREAT | os.O_WRONLY | os.O_APPEND, PRIVATE_FILE)
        try:
            with self._lock_file().open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                self._launch(command, environment, account, log, lock.fileno())
        finally:
            os.close(log)

    def wait_until(self, answers: Callable[[], bool]) -> None:
        """Wait until `answers()`. Raises `InstallationError` if the server dies first or takes longer than a minute."""
        give_up = time.monotonic() + START_SECONDS
        while not answers():
            if not self.is_running():
                raise InstallationError(
                    f"The embedded {self.name} did not start: {self._last_line()} (see {self.log})."
                )
            if time.monotonic() > give_up:
                raise InstallationError(f"The embedded {self.name} does not answer (see {self.log}).")
            time.sleep(PAUSE)

    def stop(self, *signals: signal.Signals) -> None:
        """Send the first signal, and the next ones and SIGKILL if it does not end. Returns when no process is left."""
        pid = self._pid()
        for number in (*signals, signal.SIGKILL):
            _send(pid, number)
            if self._ends(pid):
                return
        raise InstallationError(f"The embedded {self.name} cannot be stopped (see {self.log}).")

    @staticmethod
    def _launch(
        command: Sequence[str], environment: Mapping[str, str], account: Account | None, log: int, lock: int
    ) -> None:
        process = subprocess.Popen(
            command,
            cwd="/",
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(lock,),
            start_new_session=True,
            user=account.user if account else None,
            group=account.group if account else None,
            extra_groups=[] if account else None,
        )
        # It may outlive this command, so Popen is not to wait for it or complain; `stop` reaps it where it is ours.
        process.returncode = 0

    def _lock_file(self) -> Path:
        return self.folder / f"{self.name}.lock"

    def _pid(self) -> int | None:
        try:
            return int(self.pid_file.read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None  # it is already on its way out

    def _ends(self, pid: int | None) -> bool:
        give_up = time.monotonic() + STOP_SECONDS
        while self.is_running():
            if time.monotonic() > give_up:
                return False
            time.sleep(PAUSE)
        _reap(pid)
        return True

    def _last_line(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it wrote nothing"


def _send(pid: int | None, number: signal.Signals) -> None:
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _reap(pid: int | None) -> None:
    if pid is not None:
        with suppress(ChildProcessError):  # another command started it
            os.waitpid(pid, 0)
