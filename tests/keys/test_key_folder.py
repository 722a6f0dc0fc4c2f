"""Keys that are missing, short, made by hand or the same are refused, and the folder is read anew when it changes."""

import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from lantern.lib import seal
from lantern.lib.key_files import UNFINISHED
from lantern.lib.seal import forget_keys, keyring
from lantern.starting import refuse_bad_keys

GOOD = secrets.token_hex(32)


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    """A key folder in order."""
    settings.KEYS_DIR = tmp_path
    for name in ("seal-1.key", "fingerprint-1.key"):
        (tmp_path / name).write_text(secrets.token_hex(32))
    refuse_bad_keys()
    return tmp_path


@pytest.fixture(autouse=True)
def read_again() -> object:
    """The keys of this run are read again afterwards."""
    yield
    forget_keys()


SPOILERS: dict[str, Callable[[Path], object]] = {
    "no sealing key": lambda folder: (folder / "seal-1.key").unlink(),
    "no fingerprint key": lambda folder: (folder / "fingerprint-1.key").unlink(),
    "only a later fingerprint key": lambda folder: (folder / "fingerprint-1.key").rename(folder / "fingerprint-2.key"),
    "short": lambda folder: (folder / "seal-1.key").write_text(secrets.token_hex(16)),
    "all the same": lambda folder: (folder / "seal-1.key").write_text("ab" * 32),
    "counted up": lambda folder: (folder / "seal-1.key").write_text(bytes(range(32)).hex()),
    "not hexadecimal": lambda folder: (folder / "seal-1.key").write_text("lantern" * 9),
    "twice the same": lambda folder: (folder / "seal-2.key").write_text((folder / "fingerprint-1.key").read_text()),
    "a number too high": lambda folder: (folder / "seal-256.key").write_text(GOOD),
    "an unfinished change": lambda folder: (folder / UNFINISHED).write_text(GOOD),
}


@pytest.mark.parametrize("spoil", SPOILERS.values(), ids=SPOILERS)
def test_nothing_starts_with_bad_keys(folder: Path, spoil: Callable[[Path], object]) -> None:
    spoil(folder)
    with pytest.raises(ImproperlyConfigured) as refusal:
        refuse_bad_keys()
    for path in folder.iterdir():
        assert path.read_text() not in str(refusal.value)


@pytest.mark.parametrize(
    "secret",
    ["", "short", "a" * 80, "django-insecure-" + GOOD, "change-me-" + GOOD],
    ids=["none", "short", "one letter", "made by startproject", "a placeholder"],
)
def test_nothing_starts_with_a_bad_django_key(folder: Path, secret: str, settings: Settings) -> None:
    settings.SECRET_KEY = secret
    with pytest.raises(ImproperlyConfigured):
        refuse_bad_keys()


def test_a_key_that_comes_later_seals_and_a_broken_folder_stops_nobody(folder: Path) -> None:
    assert keyring().newest == 1
    (folder / "seal-2.key").write_text(secrets.token_hex(32))
    seal._held.look_at = 0
    assert keyring().newest == 2
    (folder / "seal-3.key").write_text("broken")
    seal._held.look_at = 0
    assert keyring().newest == 2
