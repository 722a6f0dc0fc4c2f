"""The worker leaves the processor to those that somebody waits for, and so do its children."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lantern.giving_way import SESSION

ASKED = """
import os, sys
from lantern.giving_way import SESSION, give_way
give_way(int(sys.argv[1]))
if not os.fork():
    print(os.nice(0), SESSION.read_text().split("nice")[-1].strip() if SESSION.exists() else "-", flush=True)
    os._exit(0)
os.wait()
"""


def niceness_after(niceness: int, *, leads: bool) -> list[str]:
    """That of a child of a process that gave way, its own and its session's, beyond those of this one."""
    command = [sys.executable, "-c", ASKED, str(niceness)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, start_new_session=leads)
    own, session = done.stdout.split()
    return [str(int(own) - os.nice(0)), session]


def test_a_child_is_as_nice_as_its_parent() -> None:
    assert niceness_after(7, leads=True)[0] == "7"
    assert niceness_after(0, leads=True)[0] == "0"


@pytest.mark.skipif(not SESSION.exists(), reason="this system does not share the processor between sessions")
def test_the_session_gives_way_where_it_is_the_worker_s_own() -> None:
    assert niceness_after(7, leads=True)[1] == "7"
    before = Path(SESSION).read_text().split("nice")[-1].strip()
    assert niceness_after(7, leads=False)[1] == before
