"""What happened: append-only, without foreign keys, so that no deletion elsewhere takes history with it."""

from typing import ClassVar

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


class PendingEvent(models.Model):
    """An event that waits to be sealed. A trigger adds it with the event; `audit.sealing` takes it away."""

    id = models.BigIntegerField(primary_key=True, help_text="The event's id.")


class SealedEvent(models.Model):
    """An event with its place in the log: its number, from 0, and the hash of what it said. Never changed."""

    id = models.BigIntegerField(primary_key=True, help_text="The number in the log, without gaps.")
    event_id = models.BigIntegerField(unique=True)
    salt = models.BinaryField(help_text="Random, so that nobody finds out by trying what a foreign leaf says.")
    leaf = models.BinaryField(help_text="SHA-256 of a zero byte and the event's content (audit.content).")

    SEALED_AS: ClassVar = {"salt": None, "leaf": None}


class TreeNode(models.Model):
    """The hash over 256, 65,536, … neighbouring leaves (`audit.merkle.STEP`), so that proofs are quick."""

    id = models.BigAutoField(primary_key=True)
    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField()

    SEALED_AS: ClassVar = {"hash": None}

    class Meta:
        constraints = (models.UniqueConstraint(fields=["level", "index"], name="tree_node_is_kept_once"),)


class Checkpoint(models.Model):
    """The root over the first `size` events, signed. Never changed."""

    id = models.BigAutoField(primary_key=True)
    size = models.BigIntegerField(unique=True)
    root = models.BinaryField()
    note = models.TextField(help_text="A C2SP checkpoint: origin, size, root and signature.")
    at = models.DateTimeField(db_default=Now(), editable=False)

    SEALED_AS: ClassVar = {"root": None}
