"""The secrets of one installation: one file each, readable by its owner alone.

`python -m lantern.installation.keys` makes those that are missing. Nothing ever overwrites one.
"""

import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile

from lantern.installation.errors import InstallationError
from lantern.installation.folders import Home, open_home

DJANGO = "django.key"
SEAL = "seal-1.key"
FINGERPRINT = "fingerprint-1.key"
FINGERPRINT_NEXT = "next-fingerprint.key"
AUDIT = "audit-1.key"
METRICS = "metrics.key"
DATABASE_OWNER = "database-owner.password"
DATABASE_APP = "database-app.password"


def _key() -> str:
    return secrets.token_hex(32)  # AES-256, HMAC-SHA256 and Ed25519 take 32 bytes


def _password() -> str:
    return secrets.token_urlsafe(32)  # safe in a URL as it stands


MAKERS: dict[str, Callable[[], str]] = {
    DJANGO: lambda: secrets.token_urlsafe(64),
    SEAL: _key,
    FINGERPRINT: _key,
    AUDIT: _key,
    METRICS: _password,
    DATABASE_OWNER: _password,
    DATABASE_APP: _password,
}


def read_key(home: Home, name: str) -> str:
    """The secret `name`. Raises `InstallationError` if there is none."""
    path = home.keys / name
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise InstallationError(
            f"The key {path} is missing: put it back, or make a new one with python -m lantern.installation.keys."
        ) from None


def create_missing(home: Home) -> list[str]:
    """Make the secrets that are missing, and return their names. Of several callers at once exactly one makes each."""
    return [
        name for name, maker in MAKERS.items() if not (home.keys / name).exists() and _put(home.keys / name, maker())
    ]


def add_seal_key(home: Home) -> str:
    """Make the sealing key with the next number, which seals from now on; returns its name."""
    name = f"seal-{_highest(home, 'seal') + 1}.key"
    if not _put(home.keys / name, _key()):
        raise InstallationError(f"{name} has just been made by somebody else.")
    return name


def make_next_fingerprint(home: Home) -> bool:
    """Make the fingerprint key to which is being changed; False where a change that was cut short has left one."""
    return _put(home.keys / FINGERPRINT_NEXT, _key())


def number_next_fingerprint(home: Home) -> str:
    """Give that key its number, so that it is in use; returns its name."""
    path = home.keys / f"fingerprint-{_highest(home, 'fingerprint') + 1}.key"
    (home.keys / FINGERPRINT_NEXT).rename(path)
    return path.name


def _highest(home: Home, sort: str) -> int:
    """The highest number of that sort, of retired ones too: a number is never given twice."""
    numbers = (path.stem.rpartition("-")[2] for path in home.keys.glob(f"{sort}-*"))
    return max((int(number) for number in numbers if number.isdecimal()), default=0)


def _put(path: Path, text: str) -> bool:
    # A link appears whole or not at all, and never replaces what is there.
    with NamedTemporaryFile("w", dir=path.parent, prefix=".new-") as new:  # made with mode 0600
        new.write(text + "\n")
        new.flush()
        try:
            path.hardlink_to(new.name)
        except FileExistsError:
            return False
    return True


if __name__ == "__main__":
    try:
        print("\n".join(create_missing(open_home())) or "No key is missing.")  # noqa: T201 - a command speaks
    except InstallationError as refusal:
        sys.exit(str(refusal))
