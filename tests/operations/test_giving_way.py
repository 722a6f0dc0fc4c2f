"""The worker leaves the processor to those that somebody waits for, and so do its children."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lantern import giving_way

ASKED = """
import json, os, sys
from lantern.giving_way import give_way, session_niceness
give_way(int(sys.argv[1]))
if not os.fork():
    print(json.dumps([os.nice(0), session_niceness()]), flush=True)
    os._exit(0)
os.wait()
"""


def niceness_after(niceness: int, *, leads: bool) -> tuple[int, int | None]:
    """That of a child of a process that gave way, its own beyond this one's and its session's."""
    command = [sys.executable, "-c", ASKED, str(niceness)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, start_new_session=leads)
    own, session = json.loads(done.stdout)
    return own - os.nice(0), session


def test_a_child_is_as_nice_as_its_parent() -> None:
    assert niceness_after(7, leads=True)[0] == 7
    assert niceness_after(0, leads=True)[0] == 0


def test_the_session_gives_way_where_it_is_the_worker_s_own_and_has_a_share() -> None:
    shared = niceness_after(0, leads=True)[1] is not None
    assert niceness_after(7, leads=True)[1] == (7 if shared else None)
    assert niceness_after(7, leads=False)[1] == giving_way.session_niceness()


@pytest.mark.parametrize(
    ("told", "niceness"), [("/autogroup-31 nice 7\n", 7), ("/autogroup-31 nice -3\n", -3), ("", None)]
)
def test_the_niceness_of_a_session_is_read(
    told: str, niceness: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(giving_way, "SESSION", tmp_path / "autogroup")
    assert giving_way.session_niceness() is None
    giving_way.SESSION.write_text(told)
    assert giving_way.session_niceness() == niceness


def test_a_session_without_a_share_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(giving_way, "SESSION", tmp_path / "autogroup")
    monkeypatch.setattr("os.getsid", lambda _: os.getpid())
    monkeypatch.setattr("os.nice", lambda _: 0)
    giving_way.SESSION.write_text("")
    giving_way.give_way(7)
    assert giving_way.SESSION.read_text() == ""
    giving_way.SESSION.write_text("/autogroup-31 nice 0\n")
    giving_way.give_way(7)
    assert giving_way.SESSION.read_text() == "7"
