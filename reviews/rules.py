"""Which signals enter a participant's queue: kinds, harms and severities that its leads chose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.db.models.functions import Now

from audit.events import Event
from audit.record import record
from participants.models import Member, Participant
from reviews.models import RoutingRule
from signals.kinds import KINDS
from signals.models import Contribution, Signal
from signals.vocabulary import HARM_TYPES, SEVERITIES

PREVIEWED = timedelta(days=30)


@dataclass(frozen=True)
class Rule:
    """A signal enters with one of the kinds, one of the severities and at least one of the harm types."""

    kinds: Sequence[str]
    harm_types: Sequence[str]
    severities: Sequence[int]

    def condition(self) -> Q:
        """The signals that enter."""
        graded = Q(severity__in=self.severities, harm_types__overlap=list(self.harm_types))
        return Q(kind__in=self.kinds) & graded


# Identifiers of people, and addresses of pages. Hashes and words are for matching, not for reading.
DEFAULT = Rule(
    [kind.name for kind in KINDS.values() if kind.read_by_people],
    list(HARM_TYPES),
    [severity.rank for severity in SEVERITIES.values()],
)


def rule_of(participant: Participant) -> Rule:
    """The participant's own rule, or the default."""
    own = RoutingRule.objects.filter(participant=participant).first()
    return Rule(own.kinds, own.harm_types, own.severities) if own else DEFAULT


@transaction.atomic
def save_rule(rule: Rule, *, by: Member) -> None:
    """What is shared or changes from now on is routed by `rule`; what is in the queue already stays."""
    said: dict[str, Any] = {
        "kinds": list(rule.kinds),
        "harm_types": list(rule.harm_types),
        "severities": list(rule.severities),
    }
    RoutingRule.objects.update_or_create(
        participant=by.participant, defaults={**said, "changed_by": by, "changed_at": Now()}
    )
    details = {name: list(map(str, words)) for name, words in said.items()}
    record(Event.ROUTING_CHANGED, by.participant, by=by, **details)


@dataclass(frozen=True)
class PreviewRow:
    """One kind: how many signals the rule in force lets in, and how many another would."""

    label: str
    now: int
    then: int


def preview(rule: Rule, *, instead_of: Rule, member: Member) -> list[PreviewRow]:
    """What both rules let in of the signals of the last 30 days that others shared, by kind; only kinds with any."""
    own = Contribution.objects.in_force().filter(participant=member.participant_id)
    recent = Signal.objects.visible_to(member).filter(last_shared_at__gte=Now() - PREVIEWED)
    counted = recent.exclude(pk__in=own.values("signal")).values("kind")
    found = counted.annotate(
        now=Count("pk", filter=instead_of.condition()), then=Count("pk", filter=rule.condition())
    ).order_by()
    rows = {row["kind"]: row for row in found}
    return [
        PreviewRow(KINDS[kind].label, rows[kind]["now"], rows[kind]["then"])
        for kind in KINDS
        if kind in rows and (rows[kind]["now"] or rows[kind]["then"])
    ]
