"""Sealing and fingerprints."""

import hashlib
import hmac
import os
from itertools import islice, pairwise
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from lantern.lib.seal import MADE_AGAIN, NONCE_BYTES, Keyring, Place, SealBroken, _nonces

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


def test_a_sealed_value_is_what_the_format_says() -> None:
    sealed = RING.seal(b"plain", HERE, ROW)
    assert sealed[:2] == bytes((1, 2))
    about = b"signals_signal.value:" + ROW.bytes
    assert AESGCM(KEYS[2]).decrypt(sealed[2:14], sealed[14:], about) == b"plain"
    assert len(sealed) == 2 + 12 + len(b"plain") + 16


def test_many_are_sealed_as_one_is() -> None:
    sealing = RING.sealing(HERE)
    rows = [uuid4() for _ in range(600)]
    sealed = [sealing(b"plain %d" % at, row.bytes) for at, row in enumerate(rows)]
    assert [RING.unseal(each, HERE, row) for each, row in zip(sealed, rows, strict=True)] == [
        b"plain %d" % at for at in range(600)
    ]
    assert {each[:2] for each in sealed} == {bytes((1, RING.newest))}
    assert len({each[2:14] for each in sealed}) == 600


def test_each_nonce_is_given_out_once() -> None:
    given_out = list(islice(_nonces(), 1_000))
    assert {len(nonce) for nonce in given_out} == {NONCE_BYTES}
    assert len(set(given_out)) == 1_000


def test_a_fingerprint_is_what_the_format_says() -> None:
    framed = b"\0\0\0\2ab" + b"\0\0\0\0" + b"\0\0\0\3\xc3\xa9c"
    expected = hmac.new(FINGERPRINT, framed, hashlib.sha256).digest()[:16]
    assert RING.fingerprint("ab", "", "éc").bytes == expected
    assert RING.naming("ab", "")("éc".encode()) == expected


@pytest.mark.parametrize("first", [*sorted(MADE_AGAIN), "login", ""])
def test_names_that_can_be_made_again_follow_the_newest_key(first: str) -> None:
    newest = os.urandom(32)
    ring = Keyring(KEYS, FINGERPRINT, newest)
    expected = Keyring(KEYS, newest if first in {"signal", "incident", "relation"} else FINGERPRINT)
    for rest in (("x",), ("x", "signal"), ("relation", "y")):
        assert ring.fingerprint(first, *rest) == expected.fingerprint(first, *rest)
        assert ring.naming(first, *rest[:-1])(rest[-1].encode()) == expected.fingerprint(first, *rest).bytes


def test_a_later_fingerprint_key_must_not_be_weak() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^The key newest fingerprint must be 32 random bytes\.$"):
        Keyring(KEYS, FINGERPRINT, bytes(32))


def test_what_is_wrong_with_keys_is_said() -> None:
    for keys, name, said in (
        ({}, FINGERPRINT, "There is no sealing key: put seal-1.key into the key folder."),
        ({0: KEYS[1]}, FINGERPRINT, "Sealing keys are numbered from 1 to 255."),
        ({256: KEYS[1]}, FINGERPRINT, "Sealing keys are numbered from 1 to 255."),
        ({1: KEYS[1], 2: KEYS[1]}, FINGERPRINT, "Two keys are the same: make each of them anew."),
        ({1: KEYS[1]}, KEYS[1], "Two keys are the same: make each of them anew."),
        ({3: bytes(32)}, FINGERPRINT, "The key seal-3 must be 32 random bytes."),
        (KEYS, bytes(32), "The key fingerprint must be 32 random bytes."),
    ):
        with pytest.raises(ImproperlyConfigured) as refusal:
            Keyring(keys, name)
        assert str(refusal.value) == said
    assert Keyring({1: KEYS[1], 255: KEYS[2]}, FINGERPRINT).numbers == [1, 255]
    assert Keyring({255: KEYS[2], 9: KEYS[1]}, FINGERPRINT).newest == 255


def test_keys_are_weak_below_eight_different_bytes_or_steps() -> None:
    """A quarter of their length: random keys have some thirty of each."""
    squares = bytes(number * number % 256 for number in range(32))
    enough = bytes(number * number % 256 for number in (0, 1, 2, 3, 4, 5, 6, 7)) * 4
    assert (len(set(enough)), len({(b - a) % 256 for a, b in pairwise(enough)})) == (8, 8)
    for key in (squares, enough):
        assert Keyring({1: key}, FINGERPRINT).newest == 1
    seven_bytes = bytes(number * number % 256 for number in (0, 1, 2, 3, 4, 5, 7)) * 4 + bytes((0, 1, 4, 9))
    seven_steps = bytes((at * 37 + (at // 8) * 5) % 256 for at in range(32))
    assert len(set(seven_bytes)) == 7
    assert len({(b - a) % 256 for a, b in pairwise(seven_steps)}) < 8 < len(set(seven_steps))
    for key in (seven_bytes, seven_steps):
        with pytest.raises(ImproperlyConfigured, match="seal-1 must be"):
            Keyring({1: key}, FINGERPRINT)


def test_a_value_that_does_not_open_tells_its_place_and_nothing_else() -> None:
    sealed = RING.seal(b"plain", HERE, ROW)
    for spoilt, why in ((b"\2" + sealed[1:], "unknown version or key"), (sealed[:-1], "does not open")):
        with pytest.raises(SealBroken) as broken:
            RING.unseal(spoilt, HERE, ROW)
        assert str(broken.value) == f"signals_signal.value: {why}"
    for short in (b"", b"\1", b"\1\2"):
        with pytest.raises(SealBroken, match="unknown version or key"):
            RING.unseal(short, HERE, ROW)
