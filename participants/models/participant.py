"""A participant: a company in the programme, and where it stands in it."""

from typing import ClassVar

from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class ParticipantState(models.TextChoices):
    """Where a participant stands in the programme's life cycle."""

    APPLIED = "applied", "applied"
    UNDER_REVIEW = "under_review", "under review"
    AGREEMENT_OUT = "agreement_out", "agreement out"
    TRAINING = "training", "in training"
    ACTIVE = "active", "active"
    READ_ONLY = "read_only", "read-only"
    SUSPENDED = "suspended", "suspended"
    REJECTED = "rejected", "rejected"
    LEFT = "left", "left"


class Industry(models.TextChoices):
    """The sectors by which the yearly report counts participants."""

    SOCIAL = "social", "Social media and communities"
    MESSAGING = "messaging", "Messaging and calls"
    GAMES = "games", "Games"
    DATING = "dating", "Dating"
    STORAGE = "storage", "Storage and hosting"
    SEARCH = "search", "Search and generative tools"
    PAYMENTS = "payments", "Payments and banking"
    OTHER = "other", "Other"


class Participant(models.Model):
    """A company in the programme. It takes part (sees, shares, reviews) only while it is active.

    Its state moves by `participants.services.move_participant` alone; the database refuses every move that is not in
    `participants.lifecycle.MOVES`, and every beginning but `applied`.
    """

    slug = models.SlugField(max_length=50, unique=True)
    name = models.CharField(max_length=100, unique=True)
    sector = models.CharField(max_length=50, blank=True)
    industry = models.CharField(
        "sector in the report", max_length=16, choices=Industry, blank=True, default="", db_default=""
    )
    state = models.CharField(max_length=16, choices=ParticipantState, default=ParticipantState.APPLIED)
    receive_only = models.BooleanField(default=False, help_text="Sees and reviews signals, shares none: a bank, say.")
    services = models.JSONField(default=list, blank=True, help_text="Its services as they are named in signals.")
    auth_group = models.OneToOneField(
        Group, on_delete=models.PROTECT, editable=False, help_text="Holds its permissions on sharing groups."
    )
    active_since = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]
        constraints = (
            models.CheckConstraint(condition=Q(state__in=ParticipantState.values), name="participant_state_is_known"),
            models.CheckConstraint(
                condition=Q(industry__in=["", *Industry.values]), name="participant_industry_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ParticipantState.ACTIVE, ParticipantState.READ_ONLY])
                | Q(active_since__isnull=False),
                name="participant_has_date_when_active",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        """Whether it takes part now."""
        return self.state == ParticipantState.ACTIVE
