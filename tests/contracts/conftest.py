"""An installation that nobody runs: commands alone, as other people's scripts call them."""

from collections.abc import Iterator

import pytest

from tests.running import RunningInstallation, installation


@pytest.fixture(scope="package")
def lantern() -> Iterator[RunningInstallation]:
    """A demo world with people only."""
    with installation() as place, place.serving():
        made = place.manage("seed_demo", "--people-only")
        assert made.returncode == 0, made.stderr
        assert made.stderr == ""
        yield place
