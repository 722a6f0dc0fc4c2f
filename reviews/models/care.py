"""What a person chose for oneself, and what one worked through. Nobody else reads either, staff included."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from lantern.lib.ids import new_id
from signals.vocabulary import HARM_TYPES


class CareChoice(models.Model):
    """What a person does not want to be given, without a reason."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    harm_types = ArrayField(models.CharField(max_length=32), default=list, help_text="Left to others.")
    nothing_severe = models.BooleanField(default=False)
    nothing_severe_until = models.DateTimeField(
        null=True, help_text="When it ends by itself; empty: when switched off."
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(harm_types__contained_by=list(HARM_TYPES)), name="care_choice_names_known_harm_types"
            ),
            models.CheckConstraint(
                condition=Q(nothing_severe=True) | Q(nothing_severe_until__isnull=True),
                name="care_choice_ends_only_what_is_on",
            ),
        )

    def __str__(self) -> str:
        return f"care choice {self.pk}"


class WorkedItem(models.Model):
    """One review or second look a person worked on, from taking it until it was concluded or given back."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    is_severe = models.BooleanField()
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(ended_at__gte=models.F("began_at")), name="worked_item_ends_after_it_began"
            ),
        )
        indexes = (models.Index(fields=["user", "ended_at"], name="worked_item_by_user"),)

    def __str__(self) -> str:
        return f"worked item {self.id}"
