"""An authenticator in software: it makes one passkey (ES256, no attestation) and answers challenges with it."""

import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url

ORIGIN = "http://testserver"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class SoftPasskey:
    """One passkey. `count` is how often it was used, as it tells with each answer."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    identity: bytes = field(default_factory=lambda: os.urandom(16))
    count: int = 0

    def made(self, options: dict[str, Any]) -> dict[str, Any]:
        """What a browser sends when it has been made."""
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        attested = bytes(16) + len(self.identity).to_bytes(2) + self.identity + cbor2.dumps(public)
        data = self._data(options["rp"]["id"], PRESENT | VERIFIED | ATTESTED) + attested
        said = {"attestationObject": cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})}
        return self._sent(self._client("webauthn.create", options), said)

    def answered(self, options: dict[str, Any]) -> dict[str, Any]:
        """What a browser sends when it has been used."""
        self.count += 1
        client = self._client("webauthn.get", options)
        data = self._data(options["rpId"], PRESENT | VERIFIED)
        signed = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._sent(client, {"authenticatorData": data, "signature": signed})

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        return json.dumps({"type": kind, "challenge": options["challenge"], "origin": ORIGIN}).encode()

    def _data(self, place: str, flags: int) -> bytes:
        return hashlib.sha256(place.encode()).digest() + bytes([flags]) + self.count.to_bytes(4)

    def _sent(self, client: bytes, said: dict[str, bytes]) -> dict[str, Any]:
        name = bytes_to_base64url(self.identity)
        parts = {"clientDataJSON": client, **said}
        response = {part: bytes_to_base64url(content) for part, content in parts.items()}
        return {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}
