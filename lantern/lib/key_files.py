"""The key folder: `seal-N.key` and `fingerprint-N.key`, hexadecimal; the highest N is for new values."""

import re
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

HIGHEST = 255
"""A sealed value names its key in one byte."""

UNFINISHED = "next-fingerprint.key"
"""A fingerprint key that is being changed to; it gets its number when every name has been made again."""


def keys_in(folder: Path, sort: str) -> dict[int, bytes]:
    """The keys of a sort, `seal` or `fingerprint`, by number. Raises `ImproperlyConfigured` without their text."""
    keys = {}
    for path in sorted(folder.glob(f"{sort}-*.key")) if folder.is_dir() else []:
        match = re.fullmatch(rf"{sort}-([1-9]\d{{0,2}})\.key", path.name)
        if match is None or int(match[1]) > HIGHEST:
            raise ImproperlyConfigured(f"The key {path.name} must have a number from 1 to {HIGHEST}.")
        keys[int(match[1])] = key_of(path)
    return keys


def key_of(path: Path) -> bytes:
    """The key in a file. Raises `ImproperlyConfigured` without its text."""
    try:
        return bytes.fromhex(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        raise ImproperlyConfigured(f"The key {path.name} cannot be read as hexadecimal.") from None
