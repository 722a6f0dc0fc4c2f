"""The key that signs checkpoints: a file of the key folder, like the others."""

import re
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from audit.notes import Signer


@cache
def signer() -> Signer:
    """This installation's signer (`settings.AUDIT_KEYS`, hexadecimal, and `settings.AUDIT_ORIGIN`).

    Raises `ImproperlyConfigured` where there is no key, a weak one, or a name that a note cannot carry.
    """
    if not settings.AUDIT_KEYS:
        raise ImproperlyConfigured(
            "There is no key to sign checkpoints: put audit-1.key into the key folder"
            " (python -m lantern.installation.keys makes it)."
        )
    if not re.fullmatch(r"[^\s+]+", settings.AUDIT_ORIGIN):
        raise ImproperlyConfigured("LANTERN_AUDIT_ORIGIN must be a name without spaces and plus signs.")
    return Signer(settings.AUDIT_ORIGIN, {number: _key(number, text) for number, text in settings.AUDIT_KEYS.items()})


def _key(number: int, text: str) -> Ed25519PrivateKey:
    try:
        seed = bytes.fromhex(text)
        if len(set(seed)) < len(seed) // 4:
            raise ValueError  # noqa: TRY301 - one sentence for whatever is wrong with a key
        return Ed25519PrivateKey.from_private_bytes(seed)
    except ValueError:
        raise ImproperlyConfigured(f"The key audit-{number} must be 32 random bytes, hexadecimal.") from None
