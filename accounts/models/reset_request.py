"""Somebody asked to choose a new password; whether we know the address is found out later, by a worker."""

from django.db import models
from django.utils import timezone

from lantern.lib.ids import new_id
from lantern.lib.seal import Place, seal, unseal


class ResetRequest(models.Model):
    """An address as it was typed, sealed. Answered and removed by a worker, so that the page tells nothing."""

    ADDRESS = Place("accounts_resetrequest", "address")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    address = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    @classmethod
    def keep(cls, address: str) -> "ResetRequest":
        """A new request. What is written is of the same length for every address."""
        request = cls()
        request.address = seal(address.ljust(254), cls.ADDRESS, request.id)
        request.save(force_insert=True)
        return request

    def opened(self) -> str:
        """The address. Raises `SealBroken`."""
        return unseal(self.address, self.ADDRESS, self.id).strip()
