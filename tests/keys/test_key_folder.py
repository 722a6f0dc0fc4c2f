"""Keys that are missing, short, made by hand or the same are refused, and the folder is read anew when it changes."""

import secrets
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from lantern.lib import seal
from lantern.lib.key_files import UNFINISHED, key_of, keys_in
from lantern.lib.seal import Keyring, Place, SealBroken, forget_keys, keyring
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


SAID = {
    "no sealing key": "There is no sealing key: put seal-1.key into the key folder.",
    "no fingerprint key": "There is no fingerprint key: put fingerprint-1.key into the key folder.",
    "only a later fingerprint key": "There is no fingerprint key: put fingerprint-1.key into the key folder.",
    "short": "The key seal-1 must be 32 random bytes.",
    "all the same": "The key seal-1 must be 32 random bytes.",
    "counted up": "The key seal-1 must be 32 random bytes.",
    "not hexadecimal": "The key seal-1.key cannot be read as hexadecimal.",
    "twice the same": "Two keys are the same: make each of them anew.",
    "a number too high": "The key seal-256.key must have a number from 1 to 255.",
    "an unfinished change": "A change of the fingerprint key is not finished: run manage.py keys rename.",
}


@pytest.mark.parametrize("what", SPOILERS)
def test_what_is_wrong_with_the_folder_is_said(folder: Path, what: str) -> None:
    SPOILERS[what](folder)
    forget_keys()
    with pytest.raises(ImproperlyConfigured) as refusal:
        keyring()
    assert str(refusal.value) == f"The keys are not in order: {SAID[what]}"


@pytest.mark.parametrize("name", ["seal-0.key", "seal-01.key", "seal-1000.key", "seal-x.key", "seal--1.key"])
def test_a_key_without_a_proper_number_is_refused(folder: Path, name: str) -> None:
    (folder / name).write_text(GOOD)
    with pytest.raises(ImproperlyConfigured) as refusal:
        keys_in(folder, "seal")
    assert str(refusal.value) == f"The key {name} must have a number from 1 to 255."


def test_each_sort_has_its_own_keys(folder: Path) -> None:
    (folder / "seal-255.key").write_text(GOOD)
    (folder / "fingerprint-12.key").write_text(GOOD)
    (folder / "README").write_text("no key")
    assert keys_in(folder, "seal").keys() == {1, 255}
    assert keys_in(folder, "fingerprint").keys() == {1, 12}
    assert keys_in(folder, "seal")[255] == bytes.fromhex(GOOD)
    assert keys_in(folder / "nowhere", "seal") == {}


def test_the_newest_fingerprint_key_is_the_one_of_the_highest_number(folder: Path) -> None:
    (folder / "fingerprint-2.key").write_text(secrets.token_hex(32))
    (folder / "fingerprint-10.key").write_text(GOOD)
    forget_keys()
    first = bytes.fromhex((folder / "fingerprint-1.key").read_text())
    expected = Keyring(keys_in(folder, "seal"), first, bytes.fromhex(GOOD))
    for parts in (("signal", "x"), ("login", "x")):
        assert keyring().fingerprint(*parts) == expected.fingerprint(*parts)


def test_a_key_that_cannot_be_read_is_told_by_its_name(folder: Path) -> None:
    (folder / "seal-9.key").mkdir()
    with pytest.raises(ImproperlyConfigured) as refusal:
        key_of(folder / "seal-9.key")
    assert str(refusal.value) == "The key seal-9.key cannot be read as hexadecimal."
    (folder / "seal-8.key").write_bytes("é".encode())
    with pytest.raises(ImproperlyConfigured, match=r"seal-8\.key cannot be read"):
        key_of(folder / "seal-8.key")


def test_a_new_key_is_noticed_after_a_second_and_not_looked_for_before(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_000.0
    monkeypatch.setattr(seal, "monotonic", lambda: now)
    forget_keys()
    assert keyring().newest == 1
    (folder / "seal-2.key").write_text(secrets.token_hex(32))
    now += 0.999
    assert keyring().newest == 1
    now += 0.001
    assert keyring().newest == 2
    read = keyring()
    now += 5
    assert keyring() is read, "what has not changed is not read again"


def test_a_value_sealed_by_a_key_that_another_process_knows_is_opened_at_once(folder: Path) -> None:
    forget_keys()
    mine = keyring()
    (folder / "seal-2.key").write_text(GOOD)
    theirs = Keyring(keys_in(folder, "seal"), secrets.token_bytes(32))
    sealed = theirs.seal(b"plain", Place("a", "b"), UUID(int=1))
    assert mine.unseal(sealed, Place("a", "b"), UUID(int=1)) == b"plain"
    assert keyring().newest == 2
    other = Keyring({1: secrets.token_bytes(32)}, secrets.token_bytes(32))
    with pytest.raises(SealBroken, match="unknown version or key"):
        other.unseal(sealed, Place("a", "b"), UUID(int=1))


def test_a_folder_that_went_is_told_without_a_key_and_stops_nobody(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    forget_keys()
    read = keyring()
    (folder / "seal-1.key").write_text("ab" * 32)
    (folder / "seal-3.key").write_text(GOOD)
    seal._held.look_at = 0
    assert keyring() is read
    said = "the key folder is not in order (ImproperlyConfigured); the keys that were read stay in use"
    assert [record.getMessage() for record in caplog.records] == [said]


def test_texts_are_sealed_and_opened_with_the_installation_s_keys(folder: Path) -> None:
    forget_keys()
    place, row = Place("a", "b"), UUID(int=5)
    sealed = seal.seal("é", place, row)
    assert keyring().unseal(sealed, place, row) == "é".encode()
    assert seal.unseal(sealed, place, row) == "é"
