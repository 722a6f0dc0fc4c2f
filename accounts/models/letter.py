"""A letter on its way to somebody's mailbox, and what somebody does not want to get."""

import json
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.letters import OPTIONAL, Rendered, Topic
from lantern.lib.ids import new_id
from lantern.lib.seal import Place, seal, unseal


class LetterQuerySet(models.QuerySet["Letter"]):
    """Letters, and those that are due."""

    def due(self) -> Self:
        """What is not sent and may be tried now."""
        return self.filter(sent_at=None, gave_up_at=None, try_after__lte=timezone.now()).order_by("try_after")


class Letter(models.Model):
    """One letter in the outbox. Address and text are sealed; both may hold a link that lets somebody in."""

    ADDRESS = Place("accounts_letter", "address")
    BODY = Place("accounts_letter", "body")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="letters")
    name = models.CharField(max_length=50)
    topic = models.CharField(max_length=16, choices=Topic)
    address = models.BinaryField()
    body = models.BinaryField()
    # From the application, not the database: whoever writes a letter need not be allowed to read it back.
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    try_after = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    gave_up_at = models.DateTimeField(null=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(topic__in=Topic.values), name="letter_topic_is_known"),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(gave_up_at__isnull=True), name="letter_is_sent_or_given_up"
            ),
        )
        indexes = (
            models.Index(
                fields=["try_after"], condition=Q(sent_at__isnull=True, gave_up_at__isnull=True), name="letter_due"
            ),
        )

    def seal_up(self, address: str, rendered: Rendered) -> None:
        """Put address and text in."""
        self.address = seal(address, self.ADDRESS, self.id)
        self.body = seal(json.dumps([rendered.subject, rendered.text, rendered.html]), self.BODY, self.id)

    def opened_address(self) -> str:
        """To whom it goes. Raises `SealBroken`."""
        return unseal(self.address, self.ADDRESS, self.id)

    def opened(self) -> Rendered:
        """What it says. Raises `SealBroken`."""
        return Rendered(*json.loads(unseal(self.body, self.BODY, self.id)))


class RefusedTopic(models.Model):
    """A topic on which a person wants no letters."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="refused_topics")
    topic = models.CharField(max_length=16, choices=Topic)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["user", "topic"], name="topic_is_refused_once"),
            models.CheckConstraint(
                condition=Q(topic__in=[topic.value for topic in OPTIONAL]), name="security_letters_are_not_refused"
            ),
        )
