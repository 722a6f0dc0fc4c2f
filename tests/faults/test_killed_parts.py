"""Any part can die at any moment, and nothing is lost, doubled or stuck.

Each test first shows that its fault hit: the work was under way, its checkpoint between its beginning and its end, and
the processes that were killed are gone.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lantern.installation.folders import open_home
from tests.faults.work import FINISH_SECONDS, Work, assert_exact, kill, start_work
from tests.intake_file import IntakeFile
from tests.running import RunningInstallation, processes, wait_for
from tests.servers import NAMED

WORKERS = 3  # one that listens, and two that work
LargeFile = tuple[Path, IntakeFile]


def kill_in_the_middle(work: Work, pids: list[int], of: str) -> None:
    """Wait for the middle of the phase, stop the processes where they stand, see that it is the middle, kill them."""
    while True:
        work.wait_for_the_middle(of)
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        if work.is_in_the_middle(of):
            break
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
        assert work.state() in ("checking", of), f"the middle of {of} was missed"
    kill(pids)
    wait_for(lambda: not {row.pid for row in processes()} & set(pids), "the end of the killed processes")


def test_killed_workers_lose_and_double_nothing(lantern: RunningInstallation, large_file: LargeFile) -> None:
    path, file = large_file
    work = start_work(lantern, path)
    begun = time.monotonic()
    for phase in ("checking", "applying"):
        wait_for(lambda: len(lantern.pids("worker")) == WORKERS, "workers")
        kill_in_the_middle(work, lantern.pids("worker"), phase)
    work.wait_for_the_end()
    assert time.monotonic() - begun < FINISH_SECONDS
    assert_exact(work, file)


@pytest.mark.skipif("REDIS_URL" in NAMED, reason="the Redis that was named from outside is not ours to kill")
def test_a_killed_redis_loses_and_doubles_nothing(lantern: RunningInstallation, large_file: LargeFile) -> None:
    path, file = large_file
    # Its supervisor has seen workers killed a moment ago, and gives up at the fifth end within a minute.
    lantern.stop()
    lantern.start()
    work = start_work(lantern, path)
    redis = int((open_home(lantern.home).redis / "redis.pid").read_text())
    kill_in_the_middle(work, [redis], "checking")
    assert lantern.manage("demo_people").returncode == 0, "any command starts it again"
    work.wait_for_the_end()
    assert_exact(work, file)


def test_a_killed_command_whose_ring_is_lost_is_finished_by_the_sweeper(
    lantern: RunningInstallation, large_file: LargeFile
) -> None:
    path, file = large_file
    latest = "SELECT id FROM signals_upload ORDER BY created_at DESC LIMIT 1"
    before = lantern.rows(latest)
    with stopped(lantern.pids("worker")):
        command = lantern.begin(
            "import_signals", str(path), "--participant", "northwind", "--by", "lee@northwind.example"
        )
        wait_for(lambda: lantern.rows(latest) != before, "the upload")
        work = Work(lantern, str(lantern.rows(latest)[0][0]))
        kill_in_the_middle(work, [command.pid], "checking")
        command.communicate()
        assert command.returncode == -signal.SIGKILL
        lantern.forget_rings()
    work.wait_for_the_end()
    assert_exact(work, file)


@contextmanager
def stopped(pids: list[int]) -> Iterator[None]:
    """Nobody else works on anything meanwhile."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
