"""What a participant calls a column in its files."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from lantern.lib.ids import new_id
from lantern.lib.seal import Place, unseal
from participants.models import Participant
from signals.columns import NATIVE

COLUMN_NAME = Place("signals_columnname", "sealed_name")


class ColumnName(models.Model):
    """What a participant's files call a known column, or one that is left out. Sealed: a first line may be a row."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+", db_index=False)
    fingerprint = models.UUIDField(help_text="Keyed; of the participant and the name.")
    sealed_name = models.BinaryField(help_text="The name, without outer spaces and case.")
    field = models.CharField(max_length=16, blank=True, help_text="The known column; empty where it is left out.")
    chosen_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["participant", "fingerprint"], name="column_name_means_one_column"),
            models.CheckConstraint(condition=Q(field__in=["", *NATIVE]), name="column_name_is_of_a_known_column"),
        )

    def __str__(self) -> str:
        return f"a name of {self.field}"

    @property
    def name(self) -> str:
        """The name."""
        return unseal(self.sealed_name, COLUMN_NAME, self.id)
