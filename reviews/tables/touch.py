"""What happened to a signal after a participant had decided on it."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from lantern.lib.ids import new_id
from participants.models import Participant
from reviews.models import Review


class TouchKind(models.TextChoices):
    """What happened."""

    ENDED = "ended", "The signal was withdrawn or has ended since."
    CORRECTED = "corrected", "A company that shared the signal corrected or withdrew what it had said since."
    DISPUTED = "disputed", "Other companies came to different conclusions on this signal."


class ReviewTouch(models.Model):
    """One per review and kind, with the last time it happened."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="+", help_text="The review's; here for the wall."
    )
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="touches")
    kind = models.CharField(max_length=16, choices=TouchKind)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["review", "kind"], name="review_touch_is_one_per_review_and_kind"),
            models.CheckConstraint(condition=Q(kind__in=TouchKind.values), name="review_touch_kind_is_known"),
        )

    def __str__(self) -> str:
        return f"touch of review {self.review_id}"
