"""A member: a person's place in one participant."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from participants.models.participant import Participant, ParticipantState


class Role(models.TextChoices):
    """A member's part in its participant."""

    ANALYST = "analyst", "analyst"
    LEAD = "lead", "lead"
    ADMIN = "admin", "admin"


class MemberQuerySet(models.QuerySet["Member"]):
    """Members, and who among them may act."""

    def acting(self) -> Self:
        """Those whose person and participant are both active: the others may do nothing."""
        return self.filter(is_active=True, user__is_active=True, participant__state=ParticipantState.ACTIVE)


class Member(models.Model):
    """A person's place in one participant. The acting member is the `by` of every service."""

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="members")
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="member")
    role = models.CharField(max_length=16, choices=Role)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = MemberQuerySet.as_manager()

    class Meta:
        # Besides, a trigger: a participant that had an admin keeps one (`participant_keeps_an_admin`).
        constraints = (models.CheckConstraint(condition=Q(role__in=Role.values), name="member_role_is_known"),)

    def __str__(self) -> str:
        return f"{self.user} ({self.participant})"

    @property
    def name(self) -> str:
        """The person's name, as colleagues see it."""
        return self.user.name
