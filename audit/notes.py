"""Signed notes and checkpoints, in the formats of C2SP: signed-note, tlog-checkpoint and tlog-proof.

A checkpoint is the origin of the log, its size and the root of its tree, a line each, signed with Ed25519.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
KEY_ID_BYTES = 4
PROOF_HEAD = "c2sp.org/tlog-proof@v1"


class NoteBroken(Exception):
    """A note that is none, or that no known key has signed."""


@dataclass(frozen=True)
class Head:
    """What a checkpoint says: the name of the log, how many events it has and the root over them."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"


@dataclass(frozen=True)
class Signer:
    """The log's name and its keys by number: the highest signs, all are known."""

    origin: str
    keys: Mapping[int, Ed25519PrivateKey]

    def sign(self, head: Head) -> str:
        """The checkpoint as a signed note."""
        key = self.keys[max(self.keys)]
        text = head.text()
        signed = key_id(self.origin, key.public_key()) + key.sign(text.encode())
        return f"{text}\n— {self.origin} {_base64(signed)}\n"

    def open(self, note: str) -> Head:
        """What the note says, if one of the keys has signed it under the log's own name. Raises `NoteBroken`."""
        return open_note(note, [key.public_key() for key in self.keys.values()])

    def verifier_keys(self) -> list[str]:
        """The public keys as others need them, the one in use first."""
        numbers = sorted(self.keys, reverse=True)
        return [verifier_key(self.origin, self.keys[number].public_key()) for number in numbers]


def key_id(name: str, key: Ed25519PublicKey) -> bytes:
    """The four bytes by which a signature names its key."""
    return sha256(name.encode() + b"\n" + ED25519 + key.public_bytes_raw()).digest()[:KEY_ID_BYTES]


def verifier_key(name: str, key: Ed25519PublicKey) -> str:
    """A public key in the text form of signed notes: name, key id, key."""
    return f"{name}+{key_id(name, key).hex()}+{_base64(ED25519 + key.public_bytes_raw())}"


def open_note(note: str, keys: Sequence[Ed25519PublicKey]) -> Head:
    """What a checkpoint says, if one of `keys` has signed it under the name of its origin. Raises `NoteBroken`."""
    text, separator, signatures = note.rpartition("\n\n")
    head = _head_of(text + "\n")
    for line in signatures.splitlines() if separator else []:
        name, _, signed = line.removeprefix("— ").partition(" ")
        if line.startswith("— ") and name == head.origin and _is_signed(text + "\n", name, signed, keys):
            return head
    raise NoteBroken("no known key has signed it")


def tlog_proof(content: bytes, index: int, path: Sequence[bytes], checkpoint: str) -> str:
    """A proof that stands on its own: the event itself, its number, the path to the root and the checkpoint."""
    lines = [PROOF_HEAD, f"extra {_base64(content)}", f"index {index}", *map(_base64, path)]
    return "\n".join(lines) + f"\n\n{checkpoint}"


def consistency_lines(path: Sequence[bytes]) -> str:
    """A consistency proof: one hash a line."""
    return "".join(f"{_base64(step)}\n" for step in path)


def _head_of(text: str) -> Head:
    origin, size, root, *_ = [*text.split("\n"), "", "", ""]
    decoded = _decoded(root)
    if not origin or not (size.isascii() and size.isdecimal()) or size != str(int(size)) or len(decoded) != 32:
        raise NoteBroken("it is no checkpoint")
    return Head(origin, int(size), decoded)


def _is_signed(text: str, name: str, signed: str, keys: Sequence[Ed25519PublicKey]) -> bool:
    found = _decoded(signed)
    for key in keys:
        if found[:KEY_ID_BYTES] == key_id(name, key):
            try:
                key.verify(found[KEY_ID_BYTES:], text.encode())
            except InvalidSignature:
                continue
            return True
    return False


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
