"""A second pair of eyes on one decision: a blind vote first, then agree, change or return."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from lantern.lib.ids import new_id
from participants.models import Member, Participant
from reviews.models.review import Decision, Review, ReviewState
from reviews.outcomes import ACTIONED, DISMISSALS, DISMISSED, VERDICTS
from signals.models import Signal


class SecondState(models.TextChoices):
    """How far the second look is."""

    DUE = "due", "due"
    VOTED = "voted", "voted"
    DONE = "done", "done"
    VOID = "void", "no longer needed"


class Why(models.TextChoices):
    """Why a decision gets a second look."""

    OUTCOME = "outcome", "its outcome"
    SEVERITY = "severity", "its severity"
    SAMPLE = "sample", "the random sample"
    ASKED = "asked", "the wish of whoever decided"


class Conclusion(models.TextChoices):
    """What the second reviewer concluded once both votes were on the table."""

    AGREE = "agree", "agreed"
    CHANGE = "change", "changed"
    RETURN = "return", "returned"


PENDING = (SecondState.DUE, SecondState.VOTED)


class SecondReviewQuerySet(models.QuerySet["SecondReview"]):
    """Second looks, and which of them somebody may take."""

    def pending(self) -> Self:
        """Those that keep what was decided from leaving."""
        return self.filter(state__in=PENDING)

    def visible_to(self, member: Member) -> Self:
        """Those of the member's own participant on signals she may see, never on a decision of her own."""
        seen = Signal.objects.visible_to(member)
        own = self.filter(participant=member.participant_id, review__signal__in=seen)
        return own.exclude(first_by=member).exclude(state=SecondState.VOID)

    def due_for(self, member: Member) -> Self:
        """Those the member could take now: final enough to look at, and held by nobody else."""
        free = Q(second_by__isnull=True) | Q(second_by=member) | Q(held_until__lte=Now())
        blind = ~Q(read_by__contains=[member.pk]) | Q(second_by=member)
        return self.standing_for(member).filter(blind, free, ready_at__lte=Now()).order_by("created_at", "id")

    def hiding_from(self, member: Member) -> Self:
        """Those whose first decision the member is not to read yet: she may still be the one who votes blind."""
        own = self.filter(participant=member.participant_id).pending().exclude(first_by=member)
        return own.exclude(read_by__contains=[member.pk])

    def held_by(self, member: Member) -> Self:
        """Those on which the member's lease runs, while the decision stands: nobody has opened the review again."""
        return self.standing_for(member).filter(second_by=member, held_until__gt=Now())

    def standing_for(self, member: Member) -> Self:
        """Those that wait for somebody, of those the member may see."""
        return self.visible_to(member).pending().filter(review__state=ReviewState.DECIDED)


class SecondReview(models.Model):
    """One per decision that gets a second look. While it is pending nothing of the decision leaves the company."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="second_reviews")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="second_review")
    first_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", db_index=False)
    why = models.CharField(max_length=16, choices=Why)
    state = models.CharField(max_length=16, choices=SecondState, default=SecondState.DUE)
    second_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    held_until = models.DateTimeField(null=True)
    read_by = ArrayField(
        models.BigIntegerField(), default=list, help_text="Members who voted and read the first decision."
    )
    verdict = models.CharField(max_length=16, blank=True, choices=[(row.name, row.label) for row in VERDICTS.values()])
    dismissal = models.CharField(
        max_length=32, blank=True, choices=[(row.name, row.label) for row in DISMISSALS.values()]
    )
    conclusion = models.CharField(max_length=16, blank=True, choices=Conclusion)
    words = models.CharField(max_length=1000, blank=True)
    ready_at = models.DateTimeField(help_text="When the decision cannot be undone any more.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    voted_at = models.DateTimeField(null=True)
    concluded_at = models.DateTimeField(null=True)

    objects = SecondReviewQuerySet.as_manager()

    class Meta:
        # Besides, a trigger: `first_by` is who decided, and a vote that was given stays as it was given.
        constraints = (
            models.CheckConstraint(condition=Q(state__in=SecondState.values), name="second_review_state_is_known"),
            models.CheckConstraint(condition=Q(why__in=Why.values), name="second_review_why_is_known"),
            models.CheckConstraint(
                condition=Q(second_by__isnull=True) | ~Q(second_by=F("first_by")),
                name="second_review_is_never_by_the_first",
            ),
            models.CheckConstraint(
                condition=Q(verdict="", dismissal="")
                | Q(verdict=ACTIONED.name, dismissal="")
                | Q(verdict=DISMISSED.name, dismissal__in=list(DISMISSALS)),
                name="second_review_vote_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[SecondState.DUE, SecondState.VOID])
                | (~Q(verdict="") & Q(second_by__isnull=False, voted_at__isnull=False)),
                name="second_review_votes_before_it_sees",
            ),
            models.CheckConstraint(
                condition=Q(state=SecondState.DONE, conclusion__in=Conclusion.values, concluded_at__isnull=False)
                | (~Q(state=SecondState.DONE) & Q(conclusion="", concluded_at__isnull=True)),
                name="second_review_has_conclusion_when_done",
            ),
        )
        indexes = (
            models.Index(
                fields=["participant", "created_at"], name="second_review_pending", condition=Q(state__in=PENDING)
            ),
        )

    def __str__(self) -> str:
        return f"second review {self.id}"

    @property
    def vote_label(self) -> str:
        """The blind vote in words."""
        label = VERDICTS[self.verdict].label
        return f"{label}: {DISMISSALS[self.dismissal].label.lower()}" if self.dismissal else label
