"""Sealing: values encrypted at rest, and fingerprints by which a sealed value is found again.

A sealed value is `version (1 byte) | key id (1 byte) | nonce (12 bytes) | ciphertext and tag`, AES-256-GCM (NIST SP
800-38D), with the table, column and row as associated data: a sealed value copied to another place does not open there.
A fingerprint is HMAC-SHA256 (RFC 2104), cut to 128 bits and kept as a UUID.
"""

import hmac
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

VERSION = 1
HEADER_BYTES = 2
NONCE_BYTES = 12
KEY_BYTES = 32


class SealBroken(Exception):
    """A sealed value that does not open: wrong key, wrong place or changed bytes. It never carries the value."""


@dataclass(frozen=True)
class Place:
    """Where a sealed value stands: `signals_signal`, `value`."""

    table: str
    column: str

    @cached_property
    def _head(self) -> bytes:
        return f"{self.table}.{self.column}:".encode()

    def about(self, row: UUID) -> bytes:
        """The associated data for one row."""
        return self._head + row.bytes


class Keyring:
    """The sealing keys by id, the id used for new values, and the fingerprint key."""

    def __init__(self, seal_keys: Mapping[int, bytes], fingerprint_key: bytes) -> None:
        for name, key in [
            *((f"seal-{number}", key) for number, key in seal_keys.items()),
            ("fingerprint", fingerprint_key),
        ]:
            _refuse_weak(name, key)
        if not seal_keys:
            raise ImproperlyConfigured("There is no sealing key: put seal-1.key into the key folder.")
        self._ciphers = {number: AESGCM(key) for number, key in seal_keys.items()}
        self._newest = max(seal_keys)
        self._header = bytes((VERSION, self._newest))
        self._fingerprint_key = fingerprint_key

    def seal(self, plain: bytes, place: Place, row: UUID) -> bytes:
        """`plain` sealed with the newest key for `place` and `row`."""
        nonce = os.urandom(NONCE_BYTES)
        return self._header + nonce + self._ciphers[self._newest].encrypt(nonce, plain, place.about(row))

    def unseal(self, sealed: bytes | memoryview, place: Place, row: UUID) -> bytes:
        """The plain bytes. Raises `SealBroken`."""
        sealed = bytes(sealed)
        cipher = self._ciphers.get(sealed[1]) if len(sealed) > HEADER_BYTES and sealed[0] == VERSION else None
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
        return self._named(b"".join(map(_framed, parts)))

    def naming(self, *head: str) -> Callable[[str], UUID]:
        """`fingerprint(*head, text)` as a function of `text`, for many texts under the same head."""
        framed = b"".join(map(_framed, head))
        return lambda text: self._named(framed + _framed(text))

    def _named(self, message: bytes) -> UUID:
        return UUID(bytes=hmac.digest(self._fingerprint_key, message, "sha256")[:16])


def _framed(part: str) -> bytes:
    content = part.encode()
    return len(content).to_bytes(4, "big") + content


def seal(plain: str, place: Place, row: UUID) -> bytes:
    """Seal a text with this installation's keys."""
    return keyring().seal(plain.encode(), place, row)


def unseal(sealed: bytes | memoryview, place: Place, row: UUID) -> str:
    """Open a text sealed by `seal`. Raises `SealBroken`."""
    return keyring().unseal(sealed, place, row).decode()


@cache
def keyring() -> Keyring:
    """This installation's keys (`settings.SEAL_KEYS`, `settings.FINGERPRINT_KEY`; hexadecimal)."""
    seal_keys = {number: _from_hex(f"seal-{number}", text) for number, text in settings.SEAL_KEYS.items()}
    return Keyring(seal_keys, _from_hex("fingerprint", settings.FINGERPRINT_KEY))


def _from_hex(name: str, text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise ImproperlyConfigured(f"The key {name} is not hexadecimal.") from None


def _refuse_weak(name: str, key: bytes) -> None:
    if len(key) != KEY_BYTES or len(set(key)) < KEY_BYTES // 4:
        raise ImproperlyConfigured(f"The key {name} must be {KEY_BYTES} random bytes.")
