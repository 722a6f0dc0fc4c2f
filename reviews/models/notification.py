"""What a person is told in the portal, and what each one chose to be told."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import User
from lantern.lib.ids import new_id
from reviews.notification_kinds import NOTIFICATION_KINDS, NotificationKind


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Notifications, and whose they are."""

    def of(self, user: User) -> Self:
        """One's own."""
        return self.filter(user=user)

    def unread(self) -> Self:
        """Those nobody has marked as read."""
        return self.filter(read_at__isnull=True)


class Notification(models.Model):
    """Something happened that concerns a person. Names a kind and a row, never what stands in it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=24, choices=[(row.name, row.label) for row in NOTIFICATION_KINDS.values()])
    target = models.UUIDField(help_text="The row it leads to; of which table, its kind says.")
    created_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True, help_text="When a digest counted it.")

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=list(NOTIFICATION_KINDS)), name="notification_kind_is_known"),
            models.UniqueConstraint(
                fields=["user", "kind", "target"],
                condition=Q(read_at__isnull=True),
                name="notification_is_unread_once_per_target",
            ),
        )
        indexes = (models.Index(fields=["user", "-id"], name="notification_by_user"),)

    def __str__(self) -> str:
        return f"notification {self.id}"

    @property
    def row(self) -> NotificationKind:
        """Its kind's row in the table."""
        return NOTIFICATION_KINDS[self.kind]


class Digest(models.TextChoices):
    """How often a person gets a letter that counts what is unread."""

    DAILY = "daily", "Once a day, when there is something new"
    WEEKLY = "weekly", "Once a week, when there is something new"
    NEVER = "never", "Never"


class NotificationChoice(models.Model):
    """What one person wants to be told; without a row everything, and a letter a day."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    refused = ArrayField(models.CharField(max_length=24), default=list, help_text="Kinds that are not wanted.")
    digest = models.CharField(max_length=8, choices=Digest, default=Digest.DAILY)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(digest__in=Digest.values), name="digest_is_known"),)

    def __str__(self) -> str:
        return f"notification choice {self.pk}"
