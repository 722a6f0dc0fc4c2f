"""Sealing: values encrypted at rest, and fingerprints by which a sealed value is found again.

A sealed value is `version (1 byte) | key id (1 byte) | nonce (12 bytes) | ciphertext and tag`, AES-256-GCM (NIST SP
800-38D), with the table, column and row as associated data: a sealed value copied to another place does not open there.
A fingerprint is HMAC-SHA256 (RFC 2104), cut to 128 bits and kept as a UUID. Names of what is kept sealed can be made
again and follow the newest fingerprint key; names of secrets that nobody keeps stay with the first.
"""

import hmac
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from time import monotonic
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from lantern.lib.key_files import HIGHEST, UNFINISHED, keys_in

log = logging.getLogger(__name__)
VERSION = 1
HEADER_BYTES = 2
NONCE_BYTES = 12
KEY_BYTES = 32
FRESH_SECONDS = 1.0
"""A key that is put into the folder seals within this time, without a restart."""

MADE_AGAIN = frozenset(("signal", "incident", "relation"))
"""First parts of names that can be made again from what is kept sealed (`signals.renaming`)."""


class SealBroken(Exception):
    """A sealed value that does not open: wrong key, wrong place or changed bytes. It never carries the value."""


@dataclass(frozen=True)
class Place:
    """Where a sealed value stands: `signals_signal`, `value`."""

    table: str
    column: str

    @cached_property
    def head(self) -> bytes:
        """What the associated data of all its rows begin with."""
        return f"{self.table}.{self.column}:".encode()

    def about(self, row: UUID) -> bytes:
        """The associated data for one row."""
        return self.head + row.bytes


class Keyring:
    """The sealing keys by id, the id used for new values, and the keys of fingerprints: the first, and the newest."""

    def __init__(
        self, seal_keys: Mapping[int, bytes], fingerprint_key: bytes, newest_fingerprint_key: bytes | None = None
    ) -> None:
        newest = newest_fingerprint_key or fingerprint_key
        for name, key in [
            *((f"seal-{number}", key) for number, key in seal_keys.items()),
            ("fingerprint", fingerprint_key),
            ("newest fingerprint", newest),
        ]:
            _refuse_weak(name, key)
        if not seal_keys:
            raise ImproperlyConfigured("There is no sealing key: put seal-1.key into the key folder.")
        if not 1 <= min(seal_keys) <= max(seal_keys) <= HIGHEST:
            raise ImproperlyConfigured(f"Sealing keys are numbered from 1 to {HIGHEST}.")
        if len({*seal_keys.values(), fingerprint_key}) <= len(seal_keys):
            raise ImproperlyConfigured("Two keys are the same: make each of them anew.")
        self._ciphers = {number: AESGCM(key) for number, key in seal_keys.items()}
        self.newest = max(seal_keys)
        self._header = bytes((VERSION, self.newest))
        self._fingerprint_keys = {True: newest, False: fingerprint_key}

    @property
    def numbers(self) -> list[int]:
        """The numbers of the sealing keys."""
        return sorted(self._ciphers)

    def seal(self, plain: bytes, place: Place, row: UUID) -> bytes:
        """`plain` sealed with the newest key for `place` and `row`."""
        nonce = os.urandom(NONCE_BYTES)
        return self._header + nonce + self._ciphers[self.newest].encrypt(nonce, plain, place.about(row))

    def sealing(self, place: Place) -> Callable[[bytes, bytes], bytes]:
        """`seal` for many rows of one place, as a function of the plain bytes and the bytes of the row's id."""
        header, encrypt, head, nonces = self._header, self._ciphers[self.newest].encrypt, place.head, _nonces()

        def sealed(plain: bytes, row: bytes) -> bytes:
            nonce = next(nonces)
            return header + nonce + encrypt(nonce, plain, head + row)

        return sealed

    def unseal(self, sealed: bytes | memoryview, place: Place, row: UUID) -> bytes:
        """The plain bytes. Raises `SealBroken`."""
        sealed = bytes(sealed)
        cipher = self._ciphers.get(sealed[1]) if len(sealed) > HEADER_BYTES and sealed[0] == VERSION else None
        if cipher is None and (fresh := _reread(self)) is not self:
            return fresh.unseal(sealed, place, row)
        if cipher is None:
            raise SealBroken(f"{place.table}.{place.column}: unknown version or key")
        nonce, body = sealed[HEADER_BYTES : HEADER_BYTES + NONCE_BYTES], sealed[HEADER_BYTES + NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, body, place.about(row))
        except (InvalidTag, ValueError):  # ValueError: too short for what it should hold
            raise SealBroken(f"{place.table}.{place.column}: does not open") from None

    def fingerprint(self, *parts: str) -> UUID:
        """One 128-bit name for `parts`: the same parts give the same name, nobody without the key can compute it.

        Each part is preceded by its length, so no two different lists of parts are hashed as the same bytes.
        """
        key = self._fingerprint_keys[not MADE_AGAIN.isdisjoint(parts[:1])]
        return UUID(bytes=hmac.digest(key, b"".join(map(_framed, parts)), "sha256")[:16])

    def naming(self, *head: str) -> Callable[[bytes], bytes]:
        """`fingerprint(*head, text)` for many texts under the same head: from a text in UTF-8 to its 16 bytes."""
        framed, key = b"".join(map(_framed, head)), self._fingerprint_keys[not MADE_AGAIN.isdisjoint(head[:1])]
        digest = hmac.digest
        return lambda text: digest(key, framed + len(text).to_bytes(4, "big") + text, "sha256")[:16]


def _nonces() -> Iterator[bytes]:
    """Random nonces, each given out once. For one loop of one process: they are drawn many at a time."""
    while block := os.urandom(NONCE_BYTES * 256):
        for at in range(0, len(block), NONCE_BYTES):
            yield block[at : at + NONCE_BYTES]


def _framed(part: str) -> bytes:
    content = part.encode()
    return len(content).to_bytes(4, "big") + content


def seal(plain: str, place: Place, row: UUID) -> bytes:
    """Seal a text with this installation's keys."""
    return keyring().seal(plain.encode(), place, row)


def unseal(sealed: bytes | memoryview, place: Place, row: UUID) -> str:
    """Open a text sealed by `seal`. Raises `SealBroken`."""
    return keyring().unseal(sealed, place, row).decode()


@dataclass
class _Held:
    """The keys as they were read last, the folder's time of change then, and when to look again."""

    ring: Keyring | None = None
    changed: int = -1
    look_at: float = 0.0


_held = _Held()


def keyring() -> Keyring:
    """This installation's keys (`settings.KEYS_DIR`). Raises `ImproperlyConfigured` for missing and weak ones.

    A key that is put there later is noticed; where the folder has become unreadable, the keys that were read stay.
    """
    if _held.ring is None or monotonic() >= _held.look_at:
        _look()
    assert _held.ring is not None
    return _held.ring


def forget_keys() -> None:
    """Read the key folder anew when a key is needed next."""
    _held.ring = None


def _reread(ring: Keyring) -> Keyring:
    """The keys as they are now, where `ring` are this installation's: another process may know a newer one."""
    if ring is not _held.ring:
        return ring
    _look()
    return _held.ring


def _look() -> None:
    _held.look_at = monotonic() + FRESH_SECONDS
    try:
        changed = settings.KEYS_DIR.stat().st_mtime_ns
        if _held.ring is None or changed != _held.changed:
            _held.ring, _held.changed = _read(), changed
    except (OSError, ImproperlyConfigured) as fault:
        if _held.ring is None:
            raise ImproperlyConfigured(f"The keys are not in order: {fault}") from None
        log.error("the key folder is not in order (%s); the keys that were read stay in use", type(fault).__name__)  # noqa: TRY400 -- no trace: it could show a key


def _read() -> Keyring:
    folder = settings.KEYS_DIR
    if (folder / UNFINISHED).exists():
        raise ImproperlyConfigured("A change of the fingerprint key is not finished: run manage.py keys rename.")
    names = keys_in(folder, "fingerprint")
    if 1 not in names:
        raise ImproperlyConfigured("There is no fingerprint key: put fingerprint-1.key into the key folder.")
    return Keyring(keys_in(folder, "seal"), names[1], names[max(names)])


def _refuse_weak(name: str, key: bytes) -> None:
    steps = {(after - before) % 256 for before, after in pairwise(key)}
    if len(key) != KEY_BYTES or min(len(set(key)), len(steps)) < KEY_BYTES // 4:
        raise ImproperlyConfigured(f"The key {name} must be {KEY_BYTES} random bytes.")
