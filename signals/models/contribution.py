"""What a participant says about a signal, and the case it belongs to."""

from typing import Self
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from lantern.lib.ids import new_id
from lantern.lib.seal import Place, keyring, seal, unseal
from participants.models import Participant, SharingGroup
from signals.end_reasons import END_REASONS, EndReason
from signals.models.graded import Graded
from signals.models.signal import Signal
from signals.models.upload import Upload
from signals.vocabulary import HARM_TYPES

REFERENCE = Place("signals_incident", "reference")
NOTE = Place("signals_contribution", "note")


class ContributionState(models.TextChoices):
    """Whether it counts."""

    IN_FORCE = "in_force", "in force"
    SUPERSEDED = "superseded", "superseded by a later one of the same participant"
    WITHDRAWN = "withdrawn", "withdrawn"
    EXPIRED = "expired", "expired"


class Incident(models.Model):
    """A participant's own case. Others see that contributions belong together, never the reference."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="incidents", db_constraint=False
    )
    fingerprint = models.UUIDField(help_text="Keyed; of participant and reference.")
    reference = models.BinaryField(help_text="Sealed.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["fingerprint"], name="incident_is_unique_by_fingerprint"),)

    def __str__(self) -> str:
        return f"incident {self.id}"

    @property
    def shown_reference(self) -> str:
        """The reference, for the participant whose case it is."""
        return unseal(self.reference, REFERENCE, self.id)


class ContributionQuerySet(models.QuerySet["Contribution"]):
    """Contributions, and which of them count."""

    def in_force(self) -> Self:
        """Neither superseded nor withdrawn nor expired."""
        return self.filter(state=ContributionState.IN_FORCE)


class Contribution(Graded, models.Model):
    """One participant's word on one signal. A later word supersedes the row and leaves it as history."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    signal = models.ForeignKey(Signal, on_delete=models.PROTECT, related_name="contributions", db_constraint=False)
    sharing_group = models.ForeignKey(
        SharingGroup,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
        help_text="The signal's; here for the wall.",
    )
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="contributions", db_constraint=False
    )
    shared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    upload = models.ForeignKey(
        Upload, on_delete=models.PROTECT, null=True, related_name="contributions", db_constraint=False
    )
    incident = models.ForeignKey(
        Incident, on_delete=models.PROTECT, null=True, related_name="contributions", db_constraint=False
    )

    harm_types = ArrayField(models.CharField(max_length=32))
    severity = models.PositiveSmallIntegerField()
    confidence = models.PositiveSmallIntegerField(null=True)
    observed_at = models.DateTimeField()
    policy = models.CharField(max_length=200, blank=True)
    note = models.BinaryField(null=True, help_text="Sealed.")
    tlp = models.PositiveSmallIntegerField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=16, choices=ContributionState, default=ContributionState.IN_FORCE)
    shared_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=32, blank=True, db_default="", help_text="signals.end_reasons")

    objects = ContributionQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["signal", "participant"],
                condition=Q(state=ContributionState.IN_FORCE),
                name="contribution_in_force_is_one_per_participant_and_signal",
            ),
            models.CheckConstraint(condition=Q(state__in=ContributionState.values), name="contribution_state_is_known"),
            models.CheckConstraint(
                condition=Q(state=ContributionState.IN_FORCE, ended_at__isnull=True)
                | (~Q(state=ContributionState.IN_FORCE) & Q(ended_at__isnull=False)),
                name="contribution_has_end_when_not_in_force",
            ),
            models.CheckConstraint(condition=Q(end_reason__in=["", *END_REASONS]), name="contribution_end_is_known"),
            models.CheckConstraint(
                condition=Q(harm_types__contained_by=list(HARM_TYPES)) & ~Q(harm_types=[]),
                name="contribution_names_known_harm_types",
            ),
            models.CheckConstraint(condition=Q(severity__range=(1, 4)), name="contribution_severity_is_known"),
            models.CheckConstraint(condition=Q(tlp__range=(1, 4)), name="contribution_tlp_is_known"),
            models.CheckConstraint(condition=Q(confidence__range=(0, 100)), name="contribution_confidence_is_in_range"),
        )
        # In other words than the state's, which only expiring says: where statistics know of next to none in force, a
        # look-up of a signal's would read this index whole.
        indexes = (models.Index(fields=["expires_at"], name="contribution_expiry", condition=Q(ended_at__isnull=True)),)

    def __str__(self) -> str:
        return f"contribution {self.id}"

    @property
    def end_row(self) -> EndReason | None:
        """Why it ended, in the table of reasons; None while it is in force or where a later one took its place."""
        return END_REASONS.get(self.end_reason)

    @property
    def shown_note(self) -> str:
        """The note for those who see the signal."""
        return unseal(self.note, NOTE, self.id) if self.note else ""


def incident_fingerprint(participant_id: int, reference: str) -> UUID:
    """The fingerprint of a participant's case reference."""
    return keyring().fingerprint("incident", str(participant_id), reference)


def seal_reference(reference: str, incident_id: UUID) -> bytes:
    """The sealed reference of the incident with that id."""
    return seal(reference, REFERENCE, incident_id)


def seal_note(note: str, contribution_id: UUID) -> bytes | None:
    """The sealed note of the contribution with that id; None for no note."""
    return seal(note, NOTE, contribution_id) if note else None
