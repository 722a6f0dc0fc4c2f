"""How far the sealing anew of everything kept is."""

from django.db import models
from django.db.models.functions import Now

from lantern.lib.ids import new_id


class Resealing(models.Model):
    """The job row of one sealed column under one key. `after` moves with the rows that were sealed anew."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.PositiveSmallIntegerField(help_text="The number of the key that everything is sealed with anew.")
    table = models.CharField(max_length=63)
    column = models.CharField(max_length=63)
    after = models.JSONField(null=True, help_text="The primary key of the last row looked at in this round.")
    resealed = models.PositiveBigIntegerField(default=0)
    unopened = models.PositiveIntegerField(default=0, help_text="Values of this round that no key opens.")
    started_at = models.DateTimeField(db_default=Now(), editable=False)
    touched_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["key", "table", "column"], name="resealing_is_one_per_key_and_column"),
        )

    def __str__(self) -> str:
        return f"{self.table}.{self.column} under key {self.key}"
