"""Sealing and fingerprints."""

import os
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from lantern.lib.seal import Keyring, Place, SealBroken

HERE = Place("signals_signal", "value")
KEYS = {1: os.urandom(32), 2: os.urandom(32)}
FINGERPRINT = os.urandom(32)
RING = Keyring(KEYS, FINGERPRINT)
ROW = uuid4()
TEXTS = st.text(max_size=40)


@given(st.binary(max_size=5000))
def test_what_is_sealed_opens_at_its_place(plain: bytes) -> None:
    assert RING.unseal(RING.seal(plain, HERE, ROW), HERE, ROW) == plain


@pytest.mark.parametrize(
    ("place", "row"),
    [
        (Place("signals_signal", "note"), ROW),
        (Place("signals_upload", "value"), ROW),
        (HERE, uuid4()),
        (HERE, UUID(int=0)),
    ],
)
def test_a_sealed_value_opens_nowhere_else(place: Place, row: UUID) -> None:
    with pytest.raises(SealBroken):
        RING.unseal(RING.seal(b"plain", HERE, ROW), place, row)


def test_any_changed_bit_is_noticed() -> None:
    sealed = RING.seal(b"plain", HERE, ROW)
    for at in range(len(sealed)):
        changed = bytearray(sealed)
        changed[at] ^= 1
        with pytest.raises(SealBroken) as broken:
            RING.unseal(bytes(changed), HERE, ROW)
        assert "plain" not in str(broken.value)
    for size in range(len(sealed)):
        with pytest.raises(SealBroken):
            RING.unseal(sealed[:size], HERE, ROW)


def test_the_same_value_is_sealed_differently_each_time() -> None:
    assert RING.seal(b"plain", HERE, ROW) != RING.seal(b"plain", HERE, ROW)


def test_the_newest_key_seals_and_older_ones_still_open() -> None:
    old = Keyring({1: KEYS[1]}, FINGERPRINT).seal(b"plain", HERE, ROW)
    new = RING.seal(b"plain", HERE, ROW)
    assert (old[:2], new[:2]) == (b"\x01\x01", b"\x01\x02")
    assert RING.unseal(memoryview(old), HERE, ROW) == RING.unseal(new, HERE, ROW) == b"plain"
    with pytest.raises(SealBroken, match="unknown version or key"):
        Keyring({1: KEYS[1]}, FINGERPRINT).unseal(new, HERE, ROW)
    with pytest.raises(SealBroken, match="does not open"):
        Keyring({2: KEYS[1]}, FINGERPRINT).unseal(new, HERE, ROW)


@pytest.mark.parametrize(
    "key",
    [b"", b"short", os.urandom(31), os.urandom(33), bytes(32), b"ab" * 16],
    ids=["none", "short", "a byte too short", "a byte too long", "zeros", "a pattern"],
)
def test_weak_keys_are_refused(key: bytes) -> None:
    with pytest.raises(ImproperlyConfigured, match="seal-1 must be"):
        Keyring({1: key}, FINGERPRINT)
    with pytest.raises(ImproperlyConfigured, match="fingerprint must be"):
        Keyring(KEYS, key)


def test_no_key_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="no sealing key"):
        Keyring({}, FINGERPRINT)


@given(st.lists(TEXTS, max_size=5), st.lists(TEXTS, max_size=5))
def test_fingerprints_are_equal_exactly_where_the_parts_are(one: list[str], other: list[str]) -> None:
    assert (RING.fingerprint(*one) == RING.fingerprint(*other)) == (one == other)


def test_parts_do_not_run_into_each_other() -> None:
    parts = [("ab", "c"), ("a", "bc"), ("abc",), ("abc", ""), ("", "abc"), ("a", "b", "c")]
    assert len({RING.fingerprint(*each) for each in parts}) == len(parts)


def test_a_fingerprint_needs_the_key() -> None:
    assert RING.fingerprint("a") != Keyring(KEYS, os.urandom(32)).fingerprint("a")
    assert RING.fingerprint("a") == Keyring({7: KEYS[1]}, FINGERPRINT).fingerprint("a")
