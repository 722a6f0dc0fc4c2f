"""How a team works on its queue: rules, saved views, templates, keys, and who is looking at what."""

from typing import Self
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from lantern.lib.compiled import Parameter
from lantern.lib.ids import new_id
from participants.models import Member, Participant
from reviews.models.review import Review
from reviews.outcomes import DISMISSALS, VERDICTS
from signals.kinds import KINDS
from signals.vocabulary import HARM_TYPES


class RoutingRule(models.Model):
    """Which signals enter a participant's queue. A participant without one has the default (`reviews.rules`)."""

    participant = models.OneToOneField(
        Participant, on_delete=models.PROTECT, related_name="routing_rule", primary_key=True
    )
    kinds = ArrayField(models.CharField(max_length=16))
    harm_types = ArrayField(models.CharField(max_length=32), help_text="A signal needs one of them.")
    severities = ArrayField(models.PositiveSmallIntegerField())
    changed_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(kinds__contained_by=list(KINDS)), name="rule_names_known_kinds"),
            models.CheckConstraint(
                condition=Q(harm_types__contained_by=list(HARM_TYPES)), name="rule_names_known_harm_types"
            ),
            models.CheckConstraint(condition=Q(severities__contained_by=[1, 2, 3, 4]), name="rule_names_severities"),
        )

    def __str__(self) -> str:
        return f"routing of {self.participant_id}"


class QueueViewQuerySet(models.QuerySet["QueueView"]):
    """Saved views, and whose they are."""

    def visible_to(self, member: Member) -> Self:
        """The member's own, and those the team shares."""
        return self.filter(Q(member=member) | Q(is_shared=True), participant=member.participant_id)


class QueueView(models.Model):
    """A filter of the queue under a name, for the member who saved it or for the team. Words of the form, no values."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="queue_views")
    name = models.CharField(max_length=60)
    query = models.JSONField(help_text="The fields of the filter and what they are set to.")
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = QueueViewQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["member", "name"], name="queue_view_has_a_name_of_its_own"),)

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """The filter as an address of the queue has it behind its question mark."""
        return urlencode(self.query)


class DecisionTemplateQuerySet(models.QuerySet["DecisionTemplate"]):
    """Templates, and whose they are."""

    def visible_to(self, member: Member) -> Self:
        """Those of the member's own participant."""
        return self.of(member.participant_id)

    def of(self, participant: int | Parameter) -> Self:
        """Those of the participant with this key, by name."""
        return self.filter(participant=participant).order_by("name")


class DecisionTemplate(models.Model):
    """What a participant decides again and again, to begin a decision from. Never decides by itself."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="decision_templates")
    name = models.CharField(max_length=60)
    verdict = models.CharField(max_length=16, choices=[(row.name, row.label) for row in VERDICTS.values()])
    dismissal = models.CharField(
        max_length=32, blank=True, choices=[(row.name, row.label) for row in DISMISSALS.values()]
    )
    policy = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    made_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = DecisionTemplateQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["participant", "name"], name="template_has_a_name_of_its_own"),
            models.CheckConstraint(condition=Q(verdict__in=list(VERDICTS)), name="template_verdict_is_known"),
            models.CheckConstraint(condition=Q(dismissal__in=["", *DISMISSALS]), name="template_dismissal_is_known"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def verdict_label(self) -> str:
        """What it concludes, in words."""
        label = VERDICTS[self.verdict].label
        return f"{label}: {DISMISSALS[self.dismissal].label.lower()}" if self.dismissal else label


class ViewingQuerySet(models.QuerySet["Viewing"]):
    """Who has looked at what."""

    def now(self) -> Self:
        """Those who gave a sign of life a moment ago, by the clock of the database."""
        return self.filter(seen_at__gt=Now() - settings.VIEWING_LASTS)


class Viewing(models.Model):
    """A colleague has a review open. Short-lived, and seen by the own company only."""

    id = models.BigAutoField(primary_key=True)
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="viewings")
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="+", help_text="The review's; here for the wall."
    )
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(db_default=Now())

    objects = ViewingQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["review", "member"], name="viewing_is_one_per_member"),)
        indexes = (models.Index(fields=["seen_at"], name="viewing_by_age"),)

    def __str__(self) -> str:
        return f"viewing of {self.review_id}"


class KeySettings(models.Model):
    """Which keys a member uses on the pages of reviews, where they differ from the usual ones (`reviews.keys`)."""

    member = models.OneToOneField(Member, on_delete=models.CASCADE, related_name="key_settings", primary_key=True)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    is_on = models.BooleanField(default=True)
    keys = models.JSONField(default=dict, help_text="Act to key, only those that differ.")

    def __str__(self) -> str:
        return f"keys of {self.member_id}"
