"""What a page says about a signal's contributions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from lantern.lib.compiled import CompiledQuery, Parameter
from participants.models import Member
from signals.models import Contribution, ContributionState, Signal
from signals.vocabulary import Severity, Tlp

MOST_OF_HISTORY = 50


@dataclass(frozen=True)
class Teller:
    """Who said it, as the reader may know."""

    name: str


@dataclass(frozen=True)
class ToldContribution:
    """A contribution as one member reads it."""

    id: UUID
    incident_id: UUID | None
    has_incident: bool
    participant: Teller
    is_own: bool
    severity_row: Severity
    harm_labels: list[str]
    confidence: int | None
    observed_at: datetime
    policy: str
    note: str
    incident_reference: str
    tlp_row: Tlp
    expires_at: datetime


def told_contributions(signal: Signal, member: Member) -> list[ToldContribution]:
    """The contributions in force, in the order they came; case references are told to their own company only.

    Where the sharing group does not name contributors, others appear as "A participant".
    """
    return tell(_in_force.objects(signal=signal.pk), signal, member)


def tell(contributions: Iterable[Contribution], signal: Signal, member: Member) -> list[ToldContribution]:
    """Contributions in force as the member reads them."""
    return [_told(contribution, signal, member) for contribution in contributions]


def in_force_and_history(signal: Signal) -> tuple[list[Contribution], list[Contribution]]:
    """Those in force, in the order they came, and the first `MOST_OF_HISTORY`, whatever became of them."""
    history = _earliest.objects(signal=signal.pk)
    if len(history) == MOST_OF_HISTORY:
        return _in_force.objects(signal=signal.pk), history
    in_force = [said for said in history if said.state == ContributionState.IN_FORCE]
    return sorted(in_force, key=lambda said: said.pk), history


def teller_name(contribution: Contribution, signal: Signal, member: Member) -> str:
    """The name of who contributed, where the sharing group names it or it is the reader's own company."""
    own = contribution.participant_id == member.participant_id
    return contribution.participant.name if own or signal.sharing_group.names_contributors else "A participant"


def _told(contribution: Contribution, signal: Signal, member: Member) -> ToldContribution:
    own = contribution.participant_id == member.participant_id
    return ToldContribution(
        id=contribution.pk,
        incident_id=contribution.incident_id if own else None,
        has_incident=contribution.incident_id is not None,
        participant=Teller(teller_name(contribution, signal, member)),
        is_own=own,
        severity_row=contribution.severity_row,
        harm_labels=contribution.harm_labels,
        confidence=contribution.confidence,
        observed_at=contribution.observed_at,
        policy=contribution.policy,
        note=contribution.shown_note,
        incident_reference=contribution.incident.shown_reference if own and contribution.incident else "",
        tlp_row=contribution.tlp_row,
        expires_at=contribution.expires_at,
    )


@CompiledQuery
def _in_force() -> QuerySet[Contribution]:
    in_force = Contribution.objects.in_force().filter(signal=Parameter("signal"))
    return in_force.select_related("participant", "incident").order_by("pk")


@CompiledQuery
def _earliest() -> QuerySet[Contribution]:
    said = Contribution.objects.filter(signal=Parameter("signal")).select_related("participant", "incident")
    return said.order_by("shared_at")[:MOST_OF_HISTORY]
