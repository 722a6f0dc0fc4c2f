"""What was decided: one participant's work item for one signal, and the decisions about it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q
from django.db.models.functions import Now

from lantern.lib.compiled import Parameter
from lantern.lib.ids import new_id
from lantern.lib.seal import Place, seal, unseal
from participants.models import Member, Participant
from participants.policies import Action, group_keys
from reviews.outcomes import ACTIONED, DISMISSALS, DISMISSED, UNITS, VERDICTS, Unit
from signals.end_reasons import END_REASONS
from signals.models import Signal
from signals.models.signal import known_in, visible_in

REPORT_IDS = Place("reviews_decision", "report_ids")
NEED_WORDS = [row.name for row in DISMISSALS.values() if row.needs_words]


# Asked for by a query that is made once (`lantern.lib.compiled`); `reach_of` says it of one member.
ANY_REACH: dict[str, Any] = {"groups": Parameter("groups"), "participant": Parameter("participant")}


def reach_of(member: Member) -> dict[str, Any]:
    """Whose reviews the member may see, as `ReviewQuerySet.visible_in` takes it."""
    return {"groups": group_keys(member, Action.VIEW_SIGNALS), "participant": member.participant_id}


class ReviewState(models.TextChoices):
    """Whether somebody should look at it."""

    OPEN = "open", "open"
    DECIDED = "decided", "decided"
    CLOSED = "closed", "closed"


class Flag(models.TextChoices):
    """What happened to the signal of a decided review since."""

    NONE = "", ""
    ENDED = "ended", "The signal was taken back or has ended since this was decided."
    PARTLY_ENDED = "partly_ended", "One of the companies that shared the signal took it back since this was decided."
    CORRECTED = "corrected", "What is said about the signal was corrected since this was decided."
    DISPUTED = "disputed", "Another company came to the opposite conclusion since this was decided."


class ReviewQuerySet(models.QuerySet["Review"]):
    """Reviews, and which of them somebody may see, take or hold."""

    def visible_to(self, member: Member) -> Self:
        """Those of the member's own participant on signals she may see."""
        return self.visible_in(**reach_of(member))

    def known_to(self, member: Member) -> Self:
        """Those, and what is left of those on signals that have ended."""
        return self.known_in(**reach_of(member))

    def visible_in(self, groups: Sequence[int] | Parameter, *, participant: int | Parameter) -> Self:
        """Those of the participant on signals in the groups with these keys that are shared.

        Asked of the joined signal, not by a subquery: so the planner sees that the index of the queue has the order.
        """
        return self.filter(visible_in(groups, "signal__"), participant=participant)

    def known_in(self, groups: Sequence[int] | Parameter, *, participant: int | Parameter) -> Self:
        """Those, and what is left of those on signals that have ended."""
        return self.filter(known_in(groups, "signal__"), participant=participant)

    def due(self) -> Self:
        """Open ones, the most urgent first (the order of the index `review_queue`)."""
        return self.filter(state=ReviewState.OPEN).order_by("-priority", "created_at", "id")

    def unclaimed(self) -> Self:
        """Those nobody holds at this moment of the database's clock."""
        return self.filter(Q(held_until__isnull=True) | Q(held_until__lte=Now()))

    def with_lease(self) -> Self:
        """With the signal, the holder, and `is_held`: whether a lease runs at this moment of the database's clock."""
        running = ExpressionWrapper(Q(held_until__gt=Now()), models.BooleanField())
        return self.select_related("signal__sharing_group", "holder__user").annotate(is_held=running)

    def held_by(self, member: Member | Parameter) -> Self:
        """Those on which the member's lease runs at this moment of the database's clock."""
        return self.filter(state=ReviewState.OPEN, holder=member, held_until__gt=Now())


class Review(models.Model):
    """One per participant and signal. `holder` and `held_until` are the lease of whoever works on it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="reviews", db_index=False, db_constraint=False
    )
    signal = models.ForeignKey(
        Signal, on_delete=models.PROTECT, related_name="reviews", db_index=False, db_constraint=False
    )
    state = models.CharField(max_length=16, choices=ReviewState, default=ReviewState.OPEN)
    priority = models.PositiveSmallIntegerField(default=0, help_text="Higher is sooner; see reviews.routing.")
    holder = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False)
    held_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    closed_because = models.CharField(max_length=32, blank=True, db_default="", help_text="signals.end_reasons")
    flag = models.CharField(max_length=16, choices=Flag, blank=True, db_default="", default="")
    settle_at = models.DateTimeField(null=True, help_text="When its latest decision is final; empty once that is done.")

    objects = ReviewQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["signal", "participant"], name="review_is_one_per_participant_and_signal"),
            models.CheckConstraint(condition=Q(state__in=ReviewState.values), name="review_state_is_known"),
            models.CheckConstraint(
                condition=Q(holder__isnull=True, held_until__isnull=True)
                | Q(holder__isnull=False, held_until__isnull=False),
                name="review_lease_has_holder_and_end",
            ),
            models.CheckConstraint(
                condition=Q(state=ReviewState.OPEN) | Q(holder__isnull=True), name="review_is_held_only_while_open"
            ),
            models.CheckConstraint(condition=Q(flag__in=Flag.values), name="review_flag_is_known"),
            models.CheckConstraint(
                condition=Q(state=ReviewState.CLOSED) | Q(closed_because=""), name="review_tells_its_end_when_closed"
            ),
        )
        indexes = (
            models.Index(
                "participant",
                F("priority").desc(),
                "created_at",
                "id",
                name="review_queue",
                condition=Q(state=ReviewState.OPEN),
            ),
            models.Index(
                fields=["participant", "created_at"], name="review_oldest", condition=Q(state=ReviewState.OPEN)
            ),
            models.Index(fields=["holder"], name="review_held", condition=Q(holder__isnull=False)),
            models.Index(
                fields=["participant", "state", "-id"], name="review_done", condition=~Q(state=ReviewState.OPEN)
            ),
            models.Index(fields=["participant", "-id"], name="review_flagged", condition=~Q(flag="")),
            models.Index(fields=["settle_at"], name="review_settling", condition=Q(settle_at__isnull=False)),
        )

    def __str__(self) -> str:
        return f"review {self.id}"

    @property
    def state_label(self) -> str:
        """Its state in words."""
        return ReviewState(self.state).label

    @property
    def flag_label(self) -> str:
        """What happened to its signal since it was decided, in a sentence; empty for nothing."""
        return Flag(self.flag).label

    @property
    def closed_reason(self) -> str:
        """Why nothing is left to decide, in a sentence; empty while something is."""
        if self.state != ReviewState.CLOSED:
            return ""
        row = END_REASONS.get(self.closed_because)
        return f"The signal has ended. {row.told}" if row else "The signal was taken back or has ended."


class DecisionBatch(models.Model):
    """Many reviews decided at once. `results` says what became of each: review id to a word of `reviews.many`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    results = models.JSONField(default=dict)
    decided_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"decisions {self.id}"


class DecisionQuerySet(models.QuerySet["Decision"]):
    """Decisions, and which of them count."""

    def in_force(self, at: datetime | None = None) -> Self:
        """The newest of each review that was not undone; with `at`, as it was at that moment."""
        made = {} if at is None else {"decided_at__lt": at}
        later = Decision.objects.filter(review=OuterRef("review"), pk__gt=OuterRef("pk"), undone__isnull=True, **made)
        return self.filter(~Exists(later), undone__isnull=True, **made)

    def final(self, *, window: Parameter | None = None) -> Self:
        """Those that can no longer be undone. Combine with `in_force`."""
        return self.filter(undone__isnull=True, decided_at__lte=Now() - (window or settings.UNDO_WINDOW))

    def free_to_leave(self, *, window: Parameter | None = None) -> Self:
        """Those in force of which others may learn: final, and the second look at them, where one was due, agreed.

        What a second look changed is in force again when that change was undone; and so is what had waited for one,
        when the decision that took its place was: nobody has looked at it.
        """
        waits = Q(second_review__state__in=["due", "voted", "void"])
        is_rejected = Q(second_review__conclusion__in=["return", "change"])
        return self.in_force().final(window=window).exclude(waits | is_rejected)

    def undoable_by(self, member: Member | Parameter, *, window: Parameter | None = None) -> Self:
        """Those in force that the member made just now and may take back."""
        return self.in_force().filter(decided_by=member, decided_at__gt=Now() - (window or settings.UNDO_WINDOW))


class Decision(models.Model):
    """What an analyst concluded, and why. Append-only: a later decision names the one it replaces."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="decisions")
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="+", help_text="The review's; here for the wall."
    )
    decided_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=16, choices=[(row.name, row.label) for row in VERDICTS.values()])
    dismissal = models.CharField(
        max_length=32, blank=True, choices=[(row.name, row.label) for row in DISMISSALS.values()]
    )
    policy = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")
    report_ids = models.BinaryField(null=True, help_text="Sealed. The numbers of its reports to NCMEC.")
    batch = models.ForeignKey(DecisionBatch, on_delete=models.PROTECT, null=True, related_name="decisions")
    decided_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(verdict__in=list(VERDICTS)), name="decision_verdict_is_known"),
            models.CheckConstraint(
                condition=Q(verdict=DISMISSED.name, dismissal__in=list(DISMISSALS))
                | Q(verdict=ACTIONED.name, dismissal=""),
                name="decision_has_reason_when_dismissed",
            ),
            models.CheckConstraint(
                condition=~Q(dismissal__in=[row.name for row in DISMISSALS.values() if row.needs_words])
                | ~Q(reason=""),
                name="decision_tells_words_when_other",
            ),
            models.UniqueConstraint(
                fields=["review"], condition=Q(replaces__isnull=True), name="decision_is_first_once_per_review"
            ),
        )
        indexes = (
            models.Index(fields=["decided_at"], name="decision_by_time"),
            models.Index(fields=["decided_by", "-id"], condition=~Q(policy=""), name="decision_named_policy_last"),
        )

    def __str__(self) -> str:
        return f"decision {self.id}"

    @property
    def verdict_label(self) -> str:
        """Its verdict, and the dismissal reason where there is one, in words."""
        label = VERDICTS[self.verdict].label
        return f"{label}: {DISMISSALS[self.dismissal].label.lower()}" if self.dismissal else label

    @property
    def is_undone(self) -> bool:
        """Whether it was taken back at once."""
        return hasattr(self, "undone")

    @property
    def final_at(self) -> datetime:
        """Until when it can be taken back. Whether that is over the database says (`final`)."""
        return self.decided_at + settings.UNDO_WINDOW

    @property
    def is_final(self) -> bool:
        """Whether it counts and can no longer be taken back."""
        return Decision.objects.final().filter(pk=self.pk).exists()

    @property
    def shown_report_ids(self) -> list[str]:
        """The numbers of its reports to NCMEC, for the participant's own people."""
        return unseal(self.report_ids, REPORT_IDS, self.id).split() if self.report_ids else []

    def seal_report_ids(self, numbers: list[str]) -> None:
        """Keep the numbers, sealed."""
        self.report_ids = seal(" ".join(numbers), REPORT_IDS, self.id) if numbers else None


class Measure(models.Model):
    """How much of one unit was done by a decision. Append-only, with it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="measures")
    participant = models.ForeignKey(
        Participant,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="The decision's; here for the wall.",
    )
    unit = models.CharField(max_length=32, choices=[(row.name, row.label) for row in UNITS.values()])
    count = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["decision", "unit"], name="measure_is_one_per_decision_and_unit"),
            models.CheckConstraint(condition=Q(unit__in=list(UNITS)), name="measure_unit_is_known"),
            models.CheckConstraint(condition=Q(count__gte=1), name="measure_counts_something"),
        )

    def __str__(self) -> str:
        return f"{self.count} {self.label}"

    @property
    def row(self) -> Unit:
        """Its unit's row in the table."""
        return UNITS[self.unit]

    @property
    def label(self) -> str:
        """Its unit in words."""
        return self.row.singular if self.count == 1 else self.row.label
