"""What ends contributions, and what keeps them: withdrawals, runs of the expiry, erasures, legal holds."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from lantern.lib.ids import new_id
from lantern.lib.seal import Place, seal, unseal
from participants.models import Member, Participant
from signals.end_reasons import END_REASONS, WITHDRAWAL_REASONS
from signals.models.contribution import Contribution, Incident
from signals.models.signal import Signal
from signals.models.upload import Upload

WITHDRAWAL_WORDS = Place("signals_withdrawal", "words")
NEED_WORDS = [reason.name for reason in WITHDRAWAL_REASONS.values() if reason.needs_words]


class WithdrawalQuerySet(models.QuerySet["Withdrawal"]):
    """Withdrawals, and which of them somebody may see."""

    def visible_to(self, member: Member) -> Self:
        """Those of the member's own participant."""
        return self.filter(participant=member.participant_id)


class Withdrawal(models.Model):
    """A participant takes something of its own back. The job row: what is still in force is what is left to do.

    Concerns one contribution and what takes its place, one incident or one upload; without any of them all that the
    participant shared before.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="withdrawals")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    contribution = models.ForeignKey(Contribution, on_delete=models.PROTECT, null=True, related_name="+")
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, null=True, related_name="+")
    upload = models.ForeignKey(Upload, on_delete=models.PROTECT, null=True, related_name="withdrawals")
    reason = models.CharField(max_length=32, choices=[(row.name, row.label) for row in END_REASONS.values()])
    words = models.BinaryField(null=True, help_text="Sealed. For the participant itself.")
    ended = models.PositiveIntegerField(default=0, help_text="Contributions that it has ended so far.")
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True)

    objects = WithdrawalQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(reason__in=list(END_REASONS)), name="withdrawal_reason_is_known"),
            models.CheckConstraint(
                condition=~Q(reason__in=NEED_WORDS) | Q(words__isnull=False), name="withdrawal_has_words_when_needed"
            ),
            models.CheckConstraint(
                condition=Q(contribution__isnull=True, incident__isnull=True)
                | Q(contribution__isnull=True, upload__isnull=True)
                | Q(incident__isnull=True, upload__isnull=True),
                name="withdrawal_concerns_one_thing",
            ),
        )
        indexes = (models.Index(fields=["id"], name="withdrawal_running", condition=Q(finished_at__isnull=True)),)

    def __str__(self) -> str:
        return f"withdrawal {self.id}"

    @property
    def shown_words(self) -> str:
        """The words, for the participant whose withdrawal it is."""
        return unseal(self.words, WITHDRAWAL_WORDS, self.id) if self.words else ""

    def seal_words(self, words: str) -> None:
        """Keep the words, sealed; none for an empty text."""
        self.words = seal(words, WITHDRAWAL_WORDS, self.id) if words else None


class ExpiryRun(models.Model):
    """One night's expiry. Everything whose time was over at `due_before` ends; one run is unfinished at a time."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    due_before = models.DateTimeField(db_default=Now())
    contributions = models.PositiveIntegerField(default=0)
    signals = models.PositiveIntegerField(default=0, help_text="Signals of which nothing is in force any more.")
    started_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(models.Value(1), name="expiry_run_is_alone", condition=Q(finished_at__isnull=True)),
        )

    def __str__(self) -> str:
        return f"expiry {self.id}"


class LegalHold(models.Model):
    """Nothing of a signal, or of the signals of an incident, expires or is erased while it is in force."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    signal = models.ForeignKey(Signal, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=500, help_text="The order or request it follows. Never an identifier.")
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(db_default=Now(), editable=False)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    lifted_because = models.CharField(max_length=500, blank=True)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(signal__isnull=True) ^ Q(incident__isnull=True), name="hold_is_on_a_signal_or_an_incident"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True, lifted_because="")
                | (Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lifted_because="")),
                name="hold_is_lifted_by_somebody_for_a_reason",
            ),
        )

    def __str__(self) -> str:
        return f"legal hold {self.id}"


class Erasure(models.Model):
    """The proof that a value was erased on request: when, by whom, how much, and a digest of the sealed bytes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=16)
    case = models.CharField(max_length=64, help_text="The reference of the request. Never an identifier.")
    signals = models.PositiveIntegerField()
    contributions = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of the sealed bytes that were wiped; see docs/adr.")
    erased_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    erased_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"erasure {self.id}"
