"""What somebody has begun to type about an incident and not shared yet."""

import json
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from lantern.lib.ids import new_id
from lantern.lib.seal import Place, seal, unseal
from participants.models import Member, Participant

DRAFT = Place("signals_draft", "content")


class DraftQuerySet(models.QuerySet["Draft"]):
    """Drafts, and whose they are."""

    def visible_to(self, member: Member) -> Self:
        """The member's own, while there is something in it and it is kept."""
        return self.filter(member=member, content__isnull=False).exclude(pk__in=self.model.objects.over().values("pk"))

    def over(self) -> Self:
        """Those nobody has touched for as long as a draft is kept."""
        return self.filter(saved_at__lt=Now() - timedelta(days=settings.SIGNAL_DRAFT_DAYS))


class Draft(models.Model):
    """One of a member: what was typed, sealed as a whole, until it is shared, discarded or too old.

    What is left then is `closed_sitting`: a copy that a script of that page still had on its way comes too late.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    member = models.OneToOneField(Member, on_delete=models.CASCADE, related_name="+")
    content = models.BinaryField(null=True, help_text="Sealed; nothing once it is shared or discarded.")
    closed_sitting = models.UUIDField(null=True, help_text="The opening of the form that was shared or discarded last.")
    saved_at = models.DateTimeField(db_default=Now())

    objects = DraftQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=["saved_at"], name="draft_by_age"),)

    def __str__(self) -> str:
        return f"draft {self.id}"

    def seal_typed(self, typed: dict[str, Any]) -> None:
        """Keep what was typed."""
        self.content = seal(json.dumps(typed), DRAFT, self.id)

    @property
    def typed(self) -> dict[str, Any]:
        """What was typed; nothing where it is shared or discarded."""
        if self.content is None:
            return {"rows": [], "said": {}}
        opened: dict[str, Any] = json.loads(unseal(self.content, DRAFT, self.id))
        return opened
