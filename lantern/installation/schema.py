"""Whether the embedded database has the schema of this code, by a stamp beside its data."""

import hashlib
from pathlib import Path

from lantern.installation.folders import PROJECT, Home


def is_current(home: Home) -> bool:
    """Whether the last migration was done with exactly the migrations and libraries of this code."""
    stamp = _stamp(home)
    return stamp.is_file() and stamp.read_text() == _digest()


def mark_current(home: Home) -> None:
    """Remember that the database has just been migrated with this code."""
    _stamp(home).write_text(_digest())


def _stamp(home: Home) -> Path:
    return home.postgres / "schema"  # goes when the data go


def _digest() -> str:
    # The lock file stands for the migrations of the libraries.
    files = [PROJECT / "requirements.txt", *sorted(PROJECT.glob("*/migrations/*.py"))]
    digest = hashlib.sha256()
    for path in files:
        content = path.read_bytes() if path.is_file() else b""
        digest.update(f"{path.relative_to(PROJECT)}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()
