"""One CSV file on its way to becoming contributions: its pieces, its rows, and how far it is."""

import json
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from lantern.lib.ids import new_id
from lantern.lib.seal import Place, unseal
from participants.models import Member, Participant, SharingGroup
from signals.limits import KEPT

FILE_NAME = Place("signals_upload", "sealed_name")
MAPPING = Place("signals_upload", "sealed_mapping")
CHOSEN_HARM_TYPES = Place("signals_upload", "sealed_harm_types")
DECLINED = Place("signals_upload", "declined_words")


class UploadState(models.TextChoices):
    """How far it is. A worker carries on what is checking or applying; people decide on what is ready or waiting."""

    CHECKING = "checking", "checking"
    READY = "ready", "ready to share"
    WAITING = "waiting", "waits for a second person"
    APPLYING = "applying", "sharing"
    DONE = "done", "shared"
    REFUSED = "refused", "not accepted"
    CANCELLED = "cancelled", "cancelled"

    @classmethod
    def running(cls) -> tuple["UploadState", ...]:
        """The states in which a worker is busy with it."""
        return (cls.CHECKING, cls.APPLYING)

    @classmethod
    def unshared(cls) -> tuple["UploadState", ...]:
        """The states in which nothing of it is shared yet, and it can be cancelled."""
        return (cls.CHECKING, cls.READY, cls.WAITING)

    @classmethod
    def on_their_way(cls) -> tuple["UploadState", ...]:
        """The states from which something of it may still come to be shared."""
        return (*cls.unshared(), cls.APPLYING)


class Outcome(models.TextChoices):
    """How a row ends: as exactly one of five."""

    NEW = "new", "new"
    CORROBORATED = "corroborated", "corroborated"
    ALREADY_YOURS = "already_yours", "already yours"
    DUPLICATE = "duplicate", "duplicate in the file"
    REJECTED = "rejected", "rejected"


class UploadQuerySet(models.QuerySet["Upload"]):
    """Uploads, and which of them somebody may see."""

    def visible_to(self, member: Member) -> Self:
        """Those of the member's own participant."""
        return self.filter(participant=member.participant)


class Upload(models.Model):
    """The file's job row. `rows_checked` and both `applied_to` are checkpoints and move with the work they tell of."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="uploads")
    sharing_group = models.ForeignKey(SharingGroup, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    sealed_name = models.BinaryField(help_text="The file's name.")
    size_bytes = models.PositiveBigIntegerField()
    digest = models.UUIDField(help_text="Keyed fingerprint of the file's SHA-256, to notice the same file again.")
    state = models.CharField(max_length=16, choices=UploadState, default=UploadState.CHECKING)
    refusal = models.CharField(max_length=32, blank=True, help_text="The file code for which it was refused.")
    rows_total = models.PositiveIntegerField(null=True, help_text="Data rows; known after the first pass.")
    rows_checked = models.PositiveIntegerField(default=0)
    expiries_shortened = models.PositiveIntegerField(
        db_default=0, help_text="Rows so far that asked for more time than their kind of signal allows."
    )
    last_number = models.PositiveIntegerField(default=0, help_text="Spreadsheet number of the last row checked.")
    applied_to = models.PositiveIntegerField(default=0, help_text="Spreadsheet number up to which rows are shared.")
    upper_applied_to = models.PositiveIntegerField(
        null=True, help_text="The same for the upper half of the fingerprints; empty while it goes with the lower one."
    )
    rows_applied = models.PositiveIntegerField(default=0)
    sealed_mapping = models.BinaryField(
        null=True, help_text="Column of the file → known column, where its own header does not say it."
    )
    sealed_harm_types = models.BinaryField(
        null=True, help_text="Kind → harm types for rows of a ThreatExchange file that name none; empty for the usual."
    )
    untagged = models.JSONField(
        null=True,
        help_text="Rows of a ThreatExchange file that name no harm type, by kind; known after the first pass.",
    )
    check_number = models.PositiveSmallIntegerField(default=0, help_text="How often it was to be checked again.")
    needs_approval = models.BooleanField(default=False, help_text="So many rows that a second person agrees first.")
    asked_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    asked_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    declined_words = models.BinaryField(null=True, help_text="Sealed. Why the second person declined.")
    counts = models.JSONField(default=dict, help_text="The five outcomes, errors by code, incidents, outcomes by kind.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    started_at = models.DateTimeField(null=True, help_text="When the running phase began.")
    touched_at = models.DateTimeField(db_default=Now(), help_text="The last sign of life of its worker.")
    confirmed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(state__in=UploadState.values), name="upload_state_is_known"),
            models.CheckConstraint(
                condition=Q(state=UploadState.REFUSED) ^ Q(refusal=""), name="upload_has_refusal_when_refused"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[UploadState.APPLYING, UploadState.DONE]) | Q(confirmed_at__isnull=False),
                name="upload_is_shared_only_when_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~(Q(decided_by=F("by")) | Q(decided_by=F("asked_by"))),
                name="upload_is_decided_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state=UploadState.WAITING) | Q(asked_by__isnull=False, needs_approval=True),
                name="upload_that_waits_was_asked_for",
            ),
            models.CheckConstraint(
                condition=Q(needs_approval=False)
                | ~Q(state__in=[UploadState.APPLYING, UploadState.DONE])
                | Q(decided_by__isnull=False, declined_words__isnull=True),
                name="upload_is_shared_only_when_agreed_to",
            ),
            models.CheckConstraint(
                condition=Q(rows_total__isnull=True) | Q(rows_checked__lte=F("rows_total")),
                name="upload_checked_rows_are_of_its_rows",
            ),
        )
        indexes = (
            models.Index(fields=["participant", "-id"], name="upload_by_participant"),
            models.Index(fields=["digest"], name="upload_by_digest"),
            models.Index(fields=["touched_at"], name="upload_running", condition=Q(state__in=["checking", "applying"])),
        )

    def __str__(self) -> str:
        return f"upload {self.id}"

    @property
    def file_name(self) -> str:
        """The file's name as its sender gave it."""
        return unseal(self.sealed_name, FILE_NAME, self.id)

    @property
    def mapping(self) -> dict[str, str]:
        """Column of the file → known column, or "" for one that is left out; empty where its header says it all."""
        if self.sealed_mapping is None:
            return {}
        opened: dict[str, str] = json.loads(unseal(self.sealed_mapping, MAPPING, self.id))
        return opened

    @property
    def harm_types(self) -> dict[str, tuple[str, ...]] | None:
        """Kind → harm types for rows of a ThreatExchange file that name none; None where nobody chose."""
        if self.sealed_harm_types is None:
            return None
        opened = json.loads(unseal(self.sealed_harm_types, CHOSEN_HARM_TYPES, self.id))
        return {kind: tuple(names) for kind, names in opened.items()}

    @property
    def shown_declined_words(self) -> str:
        """Why the second person declined."""
        return unseal(self.declined_words, DECLINED, self.id) if self.declined_words else ""

    @property
    def state_label(self) -> str:
        """Its state in words."""
        return UploadState(self.state).label

    @property
    def is_running(self) -> bool:
        """Whether a worker is busy with it."""
        return self.state in UploadState.running()


class UploadChunk(models.Model):
    """A piece of the file, sealed. Goes when the file is no longer needed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="chunks")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    content = models.BinaryField(help_text="Sealed.")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["upload", "number"], name="chunk_is_unique_in_upload"),)

    def __str__(self) -> str:
        return f"piece {self.number} of {self.upload_id}"


class StagedRow(models.Model):
    """A checked row that waits to be merged. `batch` is its upload's id, or a batch of its own for a form.

    Good rows carry ready-made, sealed columns under the ids they will have; rejected rows carry their faults.
    """

    SEALED_AS: ClassVar = {
        "value": (Place("signals_signal", "value"), "signal_id"),
        "note": (Place("signals_contribution", "note"), "contribution_id"),
        "incident_reference": (Place("signals_incident", "reference"), "incident_id"),
    }

    pk = models.CompositePrimaryKey("batch", "number")
    batch = models.UUIDField()
    number = models.PositiveIntegerField(help_text="As a spreadsheet numbers it.")
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    outcome = models.CharField(max_length=16, choices=Outcome, default="", blank=True)
    faults = models.JSONField(null=True, help_text="[[code, column, cell], …] of a rejected row; no value.")

    signal_id = models.UUIDField(null=True)
    contribution_id = models.UUIDField(null=True)
    fingerprint = models.UUIDField(null=True)
    kind = models.CharField(max_length=16, default="", blank=True)
    service = models.CharField(max_length=KEPT.service, default="", blank=True)
    value = models.BinaryField(null=True)
    harm_types = ArrayField(models.CharField(max_length=32), null=True)
    severity = models.PositiveSmallIntegerField(null=True)
    confidence = models.PositiveSmallIntegerField(null=True)
    observed_at = models.DateTimeField(null=True)
    policy = models.CharField(max_length=200, default="", blank=True)
    note = models.BinaryField(null=True)
    tlp = models.PositiveSmallIntegerField(null=True)
    expires_at = models.DateTimeField(null=True)
    incident_id = models.UUIDField(null=True)
    incident_fingerprint = models.UUIDField(null=True)
    incident_reference = models.BinaryField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(outcome__in=["", *Outcome.values]), name="staged_outcome_is_known"),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.REJECTED, faults__isnull=False)
                | (~Q(outcome=Outcome.REJECTED) & Q(faults__isnull=True)),
                name="staged_row_has_faults_when_rejected",
            ),
        )
        indexes = (models.Index(fields=["batch", "fingerprint"], name="staged_row_by_fingerprint"),)

    def __str__(self) -> str:
        return f"row {self.number} of {self.batch}"
