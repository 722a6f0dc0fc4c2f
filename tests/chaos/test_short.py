"""`make chaos` for the default suite: each kind of fault once, a few uploads, the same count at the end."""

import os
import subprocess
import sys

from lantern.installation.folders import PROJECT

SHORT = ("--faults", "16", "--uploads", "3", "--quiet", "4", "--every", "0.8", "--seed", "1")
SECONDS = 400


def test_a_broken_installation_loses_doubles_and_forgets_nothing() -> None:
    """An installation of its own with embedded servers, whatever servers the tests were given: these are killed."""
    command = [sys.executable, "-m", "tests.chaos", *SHORT]
    # What pytest-xdist leaves in the environment would make it let go of the servers it has started.
    about = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    ended = subprocess.run(
        command, cwd=PROJECT, env=about, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr[-5_000:]
    told = dict(line.split(" ", 1) for line in ended.stdout.splitlines() if line.split(" ", 1)[0].isalpha())
    assert (told["lost"], told["doubled"], told["stuck"]) == ("0", "0", "0")
