"""How far a participant lets a signal travel at its own house, and the lists it takes out."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from lantern.lib.ids import new_id
from lantern.lib.seal import Place, unseal
from participants.models import Member, Participant
from signals.export_reasons import EXPORT_REASONS
from signals.models.signal import Signal

EXPORT_WORDS = Place("signals_export", "words")


class Handling(models.Model):
    """A participant's own, stricter TLP for a signal. What holds is the stricter of this and the contributors'."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    signal = models.ForeignKey(Signal, on_delete=models.PROTECT, related_name="handlings")
    tlp = models.PositiveSmallIntegerField()
    marked_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    marked_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["participant", "signal"], name="handling_is_one_per_participant_and_signal"
            ),
            models.CheckConstraint(condition=Q(tlp__range=(1, 4)), name="handling_tlp_is_known"),
        )

    def __str__(self) -> str:
        return f"handling of {self.signal_id}"


class ExportState(models.TextChoices):
    """Whether a list may be taken out."""

    WAITING = "waiting", "waiting for a second person"
    APPROVED = "approved", "ready to download"
    REFUSED = "refused", "refused"


class ExportQuerySet(models.QuerySet["Export"]):
    """Exports, and which of them somebody may see."""

    def visible_to(self, member: Member) -> Self:
        """Those of the member's own participant."""
        return self.filter(participant=member.participant_id)


class Export(models.Model):
    """A list somebody asked to take out: which filter, how many, why, and who else agreed where it is long."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    query = models.JSONField(help_text="The fields of the filter and what they are set to.")
    size = models.PositiveIntegerField(help_text="Rows when it was asked for; it never grows beyond them.")
    reason = models.CharField(max_length=32, choices=[(row.name, row.label) for row in EXPORT_REASONS.values()])
    words = models.BinaryField(null=True, help_text="Sealed.")
    state = models.CharField(max_length=16, choices=ExportState)
    decided_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    decided_at = models.DateTimeField(null=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(state__in=ExportState.values), name="export_state_is_known"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("asked_by")),
                name="export_is_decided_by_another",
            ),
        )
        indexes = (models.Index(fields=["participant", "-id"], name="export_by_participant"),)

    def __str__(self) -> str:
        return f"export {self.id}"

    @property
    def state_label(self) -> str:
        """Its state in words."""
        return ExportState(self.state).label

    @property
    def reason_label(self) -> str:
        """Its reason in words."""
        return EXPORT_REASONS[self.reason].label

    @property
    def shown_words(self) -> str:
        """The words, for the participant whose export it is."""
        return unseal(self.words, EXPORT_WORDS, self.id) if self.words else ""
