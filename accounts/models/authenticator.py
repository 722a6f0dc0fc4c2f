"""The authenticator that makes a person's one-time codes."""

import hmac
import time
from base64 import b32encode
from secrets import token_bytes
from typing import Any, ClassVar
from urllib.parse import quote, urlencode
from uuid import uuid4

from django.db import models
from django.db.models.functions import Now
from django_otp.models import Device, ThrottlingMixin
from django_otp.oath import TOTP

from accounts.models.user import User
from lantern.lib.seal import Place, keyring


class Authenticator(ThrottlingMixin, Device):  # type: ignore[misc]
    """A time-based one-time-code generator (RFC 6238: SHA-1, 30 seconds, six digits) whose seed is sealed at rest.

    django-otp's own TOTP device keeps the seed in clear text. Check codes with `django_otp.verify_token`, which locks
    the row first: a code is then accepted once, however many requests bring it at the same time.
    """

    SEED = Place("accounts_authenticator", "seed")
    SEALED_AS: ClassVar = {"seed": (SEED, "seed_id")}
    STEP_SECONDS = 30
    DIGITS = 6
    TOLERANCE_STEPS = 1

    seed_id = models.UUIDField(default=uuid4, editable=False)
    seed = models.BinaryField()
    last_step = models.BigIntegerField(default=-1, help_text="Codes of this time step and earlier ones are spent.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["user", "name"], name="authenticator_name_is_unique_per_person"),
        )

    @classmethod
    def enroll(cls, user: User, *, name: str = "authenticator", seed: bytes | None = None) -> "Authenticator":
        """A new confirmed authenticator of `user`, with a fresh 160-bit seed unless one is given."""
        device = cls(user=user, name=name, confirmed=True)
        device.seed = keyring().seal(seed or token_bytes(20), cls.SEED, device.seed_id)
        device.save()
        return device

    def verify_token(self, token: Any) -> bool:
        """Whether `token` is a code of now, one step before or after, and not spent yet; accepting spends it."""
        allowed, _ = self.verify_is_allowed()
        if not allowed or not str(token).isdecimal():
            return False
        generator = self._generator()
        if not generator.verify(int(token), self.TOLERANCE_STEPS, self.last_step + 1):
            self.throttle_increment(commit=True)
            return False
        self.last_step = generator.t()
        self.throttle_reset(commit=False)
        self.save()
        return True

    def current_code(self) -> str:
        """The first code that is not spent yet: this step's, or the next one's (which is accepted already)."""
        generator = self._generator()
        if generator.t() <= self.last_step:
            generator.drift = self.last_step + 1 - generator.t()
        return f"{generator.token():0{self.DIGITS}d}"

    def seconds_until_acceptable(self) -> float:
        """How long until `current_code` is accepted: 0, unless the codes up to a step from now are all spent."""
        earliest = (self.last_step + 1 - self.TOLERANCE_STEPS) * self.STEP_SECONDS
        return max(0.0, earliest - time.time())

    def provisioning_uri(self) -> str:
        """The `otpauth://` URI that an authenticator app reads."""
        return provisioning_uri(self._seed(), self.user.email)

    def holds(self, seed: bytes) -> bool:
        """Whether it makes the codes of `seed`."""
        return hmac.compare_digest(self._seed(), seed)

    def get_throttle_factor(self) -> int:
        """Seconds of waiting after the first wrong code; doubled by each further one."""
        return 1

    def _seed(self) -> bytes:
        return keyring().unseal(self.seed, self.SEED, self.seed_id)

    def _generator(self) -> TOTP:
        generator = TOTP(self._seed(), self.STEP_SECONDS, 0, self.DIGITS)
        generator.time = time.time()
        return generator


def provisioning_uri(seed: bytes, email: str) -> str:
    """The `otpauth://` URI of a seed (Google Authenticator's key URI format)."""
    label = quote(f"Lantern:{email}")
    return f"otpauth://totp/{label}?{urlencode({'secret': b32encode(seed).decode(), 'issuer': 'Lantern'})}"
