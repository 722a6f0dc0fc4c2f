"""An agreement: what a participant signed, in versions."""

from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Now
from django.utils import timezone

from lantern.lib.ids import new_id
from lantern.lib.seal import Place, keyring
from participants.models.participant import Participant

CONTENT = Place("participants_agreement", "content")


class AgreementQuerySet(models.QuerySet["Agreement"]):
    """Agreements, without their files unless asked."""

    def without_files(self) -> Self:
        """For lists: a file may be large."""
        return self.defer("content")

    def in_force(self, on: date | Combinable | None = None) -> Self:
        """Signed, and not run out on that day; today unless told."""
        today = on or timezone.now().date()
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=today), signed_on__lte=today)


class Agreement(models.Model):
    """One signed version. Never changed: what changes is a new version."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="agreements")
    version = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=100)
    signatory = models.CharField(max_length=100)
    signatory_role = models.CharField(max_length=100)
    signed_on = models.DateField()
    valid_until = models.DateField(null=True, help_text="Empty for an agreement without an end.")
    content = models.BinaryField(help_text="The signed file, sealed.")
    size_bytes = models.PositiveIntegerField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-version"]
        constraints = (
            models.UniqueConstraint(fields=["participant", "version"], name="agreement_is_unique_by_version"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("signed_on")),
                name="agreement_ends_after_it_is_signed",
            ),
        )

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"

    @property
    def file_name(self) -> str:
        """What a download is called."""
        return f"agreement-{self.participant.slug}-{self.version}.pdf"

    def opened_content(self) -> bytes:
        """The signed file. Raises `SealBroken`."""
        return keyring().unseal(self.content, CONTENT, self.id)

    def seal_content(self, content: bytes) -> None:
        """Put the signed file in."""
        self.content = keyring().seal(content, CONTENT, self.id)
        self.size_bytes = len(content)
