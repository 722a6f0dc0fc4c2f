"""Installations of their own, apart from the one the test run itself uses."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lantern.installation.folders import PROJECT
from lantern.installation.temporary import temporary_home

Script = Callable[..., subprocess.Popen[str]]

IN_USE = """
import sys
from pathlib import Path
from lantern.installation.servers import servers_in_use
with servers_in_use(Path(sys.argv[1])) as servers:
    print(servers.database_url, servers.redis_url, flush=True)
    sys.stdin.readline()
"""


@pytest.fixture(autouse=True)
def no_servers_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment names no server and no folder."""
    for name in ("DATABASE_URL", "REDIS_URL", "LANTERN_HOME", "LANTERN_KEYS_DIR", "LANTERN_DEMO"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A folder that every user may pass through, unlike pytest's own, so that root needs no stand-in for it."""
    with temporary_home() as folder:
        yield folder


@pytest.fixture(scope="session")
def home_folder(open_folder: Path) -> Path:
    """One installation for all tests that only start and stop it: making its database is the slow part."""
    return open_folder / "home"


@pytest.fixture
def script() -> Iterator[Script]:
    """Run Python code as another command would; what is left of it ends with the test."""
    begun: list[subprocess.Popen[str]] = []

    def run(code: str, *arguments: object) -> subprocess.Popen[str]:
        words = [str(argument) for argument in arguments]
        process = subprocess.Popen(
            [sys.executable, "-c", code, *words],
            cwd=PROJECT,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        begun.append(process)
        return process

    yield run
    for process in begun:
        process.kill()
        process.communicate()


@pytest.fixture
def other_user(script: Script, home_folder: Path) -> subprocess.Popen[str]:
    """Another command that has the servers of `home_folder` in use; it leaves when its stdin gets a line."""
    process = script(IN_USE, home_folder)
    assert process.stdout is not None
    assert process.stdout.readline()
    return process
