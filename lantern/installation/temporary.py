"""An installation for a test run: here for a while, gone without a trace."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lantern.installation.folders import PASSABLE_FOLDER


@contextmanager
def temporary_home() -> Iterator[Path]:
    """An empty folder for `servers_in_use`. On leaving it goes, with the data that had to be put elsewhere."""
    folder = Path(tempfile.mkdtemp(prefix="lantern-test-")).resolve()
    folder.chmod(PASSABLE_FOLDER)  # as root, PostgreSQL's own account then finds its data here
    try:
        yield folder
    finally:
        remove_home(folder)


def remove_home(folder: Path) -> None:
    """Remove an installation whose servers do not run. Its keys go with it: what they sealed stays sealed."""
    shutil.rmtree((folder / "postgres").resolve(), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
