"""The seed of an authenticator that is being set up: it waits, sealed, in the session until it has shown a code."""

from base64 import b32encode, b64decode, b64encode
from dataclasses import dataclass
from secrets import token_bytes
from uuid import UUID

import segno
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

from accounts.models.authenticator import provisioning_uri
from lantern.lib.ids import new_id
from lantern.lib.seal import Place, SealBroken, keyring

WAITING = "enrolling"
PLACE = Place("accounts_session", WAITING)


@dataclass(frozen=True)
class Shown:
    """What an authenticator app takes up: a QR code, or the secret typed in groups of four."""

    picture: SafeString
    secret: str


def waiting_seed(request: HttpRequest) -> bytes:
    """The seed that waits in this session; a fresh one where there is none."""
    kept = request.session.get(WAITING)
    if kept is not None:
        try:
            return keyring().unseal(b64decode(kept[1]), PLACE, UUID(kept[0]))
        except SealBroken:
            forget_seed(request)
    seed, row = token_bytes(20), new_id()
    request.session[WAITING] = [str(row), b64encode(keyring().seal(seed, PLACE, row)).decode()]
    return seed


def forget_seed(request: HttpRequest) -> None:
    """The set-up is over."""
    request.session.pop(WAITING, None)


def shown(seed: bytes, email: str) -> Shown:
    """The seed for the eyes of its owner."""
    code = segno.make(provisioning_uri(seed, email), micro=False, error="m")
    picture = mark_safe(code.svg_inline(scale=4, border=4, dark="#000", light="#fff"))  # noqa: S308 -- made here
    secret = b32encode(seed).decode()
    return Shown(picture, " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)))
