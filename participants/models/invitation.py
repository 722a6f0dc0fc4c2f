"""An invitation: a place in a participant, offered by mail to somebody who has no account yet."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils import timezone

from lantern.lib.ids import new_id
from participants.models.member import Member, Role
from participants.models.participant import Participant

NOT_ENDED = Q(accepted_at__isnull=True, withdrawn_at__isnull=True)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations, and which of them somebody may see or use."""

    def visible_to(self, member: Member) -> Self:
        """Those to the member's own participant."""
        return self.filter(participant=member.participant_id)

    def not_ended(self) -> Self:
        """Neither accepted nor withdrawn; their time may have run out."""
        return self.filter(NOT_ENDED)

    def usable(self) -> Self:
        """Those whose link works at this moment of the database's clock."""
        return self.not_ended().filter(expires_at__gt=Now())


class Invitation(models.Model):
    """Its link is in the letter alone: the database knows the SHA-256 of the token, in hexadecimal."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="invitations")
    address = models.EmailField(max_length=254, verbose_name="e-mail address")
    role = models.CharField(max_length=16, choices=Role)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    invited_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField(editable=False)
    accepted_at = models.DateTimeField(null=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    member = models.OneToOneField(Member, on_delete=models.PROTECT, null=True, editable=False, related_name="+")

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(role__in=Role.values), name="invitation_role_is_known"),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, member__isnull=True)
                | Q(accepted_at__isnull=False, member__isnull=False, withdrawn_at__isnull=True),
                name="invitation_makes_one_member_or_is_withdrawn",
            ),
            models.UniqueConstraint(
                "participant",
                Lower("address"),
                condition=NOT_ENDED,
                name="invitation_is_one_per_participant_and_address",
            ),
        )

    def __str__(self) -> str:
        return f"invitation {self.id}"

    @property
    def is_expired(self) -> bool:
        """Whether its time ran out before anybody accepted it."""
        return self.accepted_at is None and self.withdrawn_at is None and self.expires_at <= timezone.now()

    @property
    def state_label(self) -> str:
        """Its state in words."""
        if self.accepted_at is not None:
            return "accepted"
        if self.withdrawn_at is not None:
            return "withdrawn"
        return "expired" if self.is_expired else "waiting"
