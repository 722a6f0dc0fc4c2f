"""The supervisor: children that die come back, and none outlives it."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lantern.installation import supervisor
from lantern.installation.errors import InstallationError
from lantern.installation.supervisor import Child, Supervisor
from tests.installation.conftest import Script

# A child that starts a grandchild, as web and worker do, and writes both process ids.
FAMILY = "sleep 60 & echo $$ $! > {pids}.new; mv {pids}.new {pids}; wait"
SUPERVISED = """
import os, sys
from pathlib import Path
from lantern.installation.supervisor import Child, Supervisor
child = Child("family", ["/bin/sh", "-c", sys.argv[1]], dict(os.environ))
with Supervisor([child], Path(sys.argv[2]), lambda text: print(text, flush=True)) as supervisor:
    print("started", flush=True)
    supervisor.wait()
"""


def wait_for(what: Callable[[], bool], seconds: float = 10.0) -> None:
    give_up = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < give_up
        time.sleep(0.02)


def family(pids: Path) -> list[int]:
    wait_for(pids.exists)
    return [int(word) for word in pids.read_text().split()]


def alive(pid: int) -> bool:
    """Whether `pid` runs; one that has ended and waits to be reaped does not."""
    command = ["ps", "-o", "stat=", "-p", str(pid)]
    listed = subprocess.run(command, check=False, capture_output=True, text=True)
    return bool(listed.stdout.strip()) and not listed.stdout.startswith("Z")


@pytest.fixture
def pids(tmp_path: Path) -> Path:
    return tmp_path / "pids"


def child(code: str) -> Child:
    return Child("child", ["/bin/sh", "-c", code], dict(os.environ))


def test_a_killed_child_is_started_again_and_its_children_are_gone(tmp_path: Path, pids: Path) -> None:
    said: list[str] = []
    with Supervisor([child(FAMILY.format(pids=pids))], tmp_path, said.append) as running:
        leader, grandchild = family(pids)
        pids.unlink()
        os.kill(leader, signal.SIGKILL)
        assert running.wait(until=pids.exists, seconds=10)
        wait_for(lambda: not alive(grandchild))
        second = family(pids)
    assert "SIGKILL" in said[0]
    assert not any(alive(pid) for pid in second)


def test_a_child_that_keeps_dying_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "FIRST_REST_SECONDS", 0.01)
    said: list[str] = []
    with (
        pytest.raises(InstallationError, match=r"keeps ending \(exit code 3\)"),
        Supervisor([child("exit 3")], tmp_path, said.append) as running,
    ):
        running.wait()
    assert len(said) == supervisor.DEATHS - 1


def test_a_child_that_does_not_end_is_killed(tmp_path: Path, pids: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "GRACE_SECONDS", 0.3)
    with Supervisor([child("trap '' TERM;" + FAMILY.format(pids=pids))], tmp_path, print):
        stubborn = family(pids)
    assert not any(alive(pid) for pid in stubborn)


def test_waiting_for_too_long_is_an_error(tmp_path: Path) -> None:
    with (
        Supervisor([child("sleep 60")], tmp_path, print) as running,
        pytest.raises(InstallationError, match="not ready after 0 seconds"),
    ):
        running.wait(until=lambda: False, seconds=0.2)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_supervisor_and_family(
    tmp_path: Path, pids: Path, script: Script, number: signal.Signals
) -> None:
    # A shell without job control hands SIGINT down as ignored; it must end the supervisor all the same.
    former = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = script(SUPERVISED, FAMILY.format(pids=pids), tmp_path)
    finally:
        signal.signal(signal.SIGINT, former)
    members = family(pids)
    process.send_signal(number)
    assert process.wait(timeout=10) == 0
    assert not any(alive(pid) for pid in members)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="Linux ends the children of a killed process")
def test_a_killed_supervisor_takes_its_children_along(tmp_path: Path, pids: Path, script: Script) -> None:
    process = script(SUPERVISED, FAMILY.format(pids=pids), tmp_path)
    leader, grandchild = family(pids)
    process.kill()
    wait_for(lambda: not alive(leader))
    os.kill(grandchild, signal.SIGKILL)  # a plain shell does not pass SIGTERM on, web and worker do
