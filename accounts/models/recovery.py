"""Recovery codes: the way in for somebody without their phone."""

from secrets import choice
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models.functions import Now
from django_otp.models import Device, ThrottlingMixin

from accounts.models.user import User
from lantern.lib.seal import keyring

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without letters and digits that look alike
GROUPS, GROUP = 3, 4
CODES = 10


class RecoverySheet(ThrottlingMixin, Device):  # type: ignore[misc]
    """A person's recovery codes, each good for one sign-in. Making new ones ends the old."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user"], name="recovery_sheet_is_one_per_person"),)

    @classmethod
    def renew(cls, user: User) -> list[str]:
        """Ten fresh codes for `user`; nobody can read them again afterwards."""
        sheet, _ = cls.objects.select_for_update().get_or_create(user=user, defaults={"name": "recovery codes"})
        codes = [_new_code() for _ in range(CODES)]
        sheet.codes.all().delete()
        RecoveryCode.objects.bulk_create([RecoveryCode(sheet=sheet, digest=sheet.digest_of(code)) for code in codes])
        sheet.throttle_reset(commit=True)
        return codes

    def verify_token(self, token: Any) -> bool:
        """Whether `token` is an unspent code of this sheet; accepting spends it, once, whoever else sends it."""
        allowed, _ = self.verify_is_allowed()
        if not allowed:
            return False
        spent = self.codes.filter(digest=self.digest_of(str(token)), used_at=None).update(used_at=Now())
        if spent:
            self.throttle_reset(commit=True)
        else:
            self.throttle_increment(commit=True)
        return bool(spent)

    def left(self) -> int:
        """How many codes are not spent."""
        return int(self.codes.filter(used_at=None).count())

    def digest_of(self, code: str) -> UUID:
        """What is kept of a code: a keyed hash. 59 random bits need no slow one."""
        return keyring().fingerprint("recovery code", str(self.user_id), normal_form(code))

    def get_throttle_factor(self) -> int:
        """Seconds of waiting after the first wrong code; doubled by each further one."""
        return 1


class RecoveryCode(models.Model):
    """One code, as its keyed hash."""

    sheet = models.ForeignKey(RecoverySheet, on_delete=models.CASCADE, related_name="codes")
    digest = models.UUIDField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["sheet", "digest"], name="recovery_code_is_unique_per_sheet"),)


def normal_form(typed: str) -> str:
    """A code without what people add or change in typing it: case, spaces, hyphens."""
    return "".join(letter for letter in typed.lower() if letter in ALPHABET)


def _new_code() -> str:
    return "-".join("".join(choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))
