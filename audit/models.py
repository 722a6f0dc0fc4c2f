"""What happened: append-only, without foreign keys, so that no deletion elsewhere takes history with it."""

from django.db import models
from django.db.models.functions import Now


class AuditEvent(models.Model):
    """One event. Written in the transaction of the change it tells of; never changed, never deleted."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now(), editable=False)
    event = models.CharField(max_length=64)
    actor_id = models.BigIntegerField(null=True, help_text="The user who did it; empty for the portal itself.")
    participant_id = models.BigIntegerField(null=True, help_text="On whose behalf; empty for staff and the portal.")
    target_type = models.CharField(max_length=64)
    target_id = models.CharField(max_length=64)
    details = models.JSONField(default=dict, help_text="Names of fields, counts and codes. Never a signal's value.")

    class Meta:
        indexes = (
            models.Index(fields=["participant_id", "-id"], name="audit_by_participant"),
            models.Index(fields=["target_type", "target_id"], name="audit_by_target"),
        )

    def __str__(self) -> str:
        return f"{self.event} {self.target_type} {self.target_id}"
