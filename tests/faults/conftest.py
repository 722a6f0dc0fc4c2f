"""Installations that are broken on purpose."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.intake_file import IntakeFile, intake_file
from tests.running import RunningInstallation, installation

ROWS = 15_000
FIRST_SIGNALS = count(1_000_000, ROWS)


@pytest.fixture(scope="package")
def lantern() -> Iterator[RunningInstallation]:
    """A running one, two tasks at a time, that looks every two seconds for what was left."""
    with installation(LANTERN_DEMO_SIZE="people", LANTERN_SWEEP_SECONDS="2", LANTERN_WORKERS="2") as place:
        made = place.manage("seed_demo", "--people-only")
        assert made.returncode == 0, made.stderr
        place.start()
        yield place


@pytest.fixture
def large_file(tmp_path: Path) -> tuple[Path, IntakeFile]:
    """A file that takes a worker some seconds; its signals are no other test's."""
    file = intake_file(ROWS, first=next(FIRST_SIGNALS))
    path = tmp_path / "large.csv"
    path.write_bytes(file.content)
    return path, file
