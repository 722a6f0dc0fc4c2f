"""Who took part when, by the recorded timeline: moves in the programme, and what was said about a company."""

from dataclasses import dataclass, field
from datetime import datetime

from audit.events import Event
from audit.models import AuditEvent
from participants.models import Participant, ParticipantState, StateChange
from transparency.periods import Period

TAKING_PART = frozenset({ParticipantState.ACTIVE, ParticipantState.READ_ONLY, ParticipantState.SUSPENDED})


@dataclass(frozen=True, slots=True)
class Company:
    """A participant as it was at the end of a period."""

    id: int
    industry: str
    receive_only: bool


@dataclass(frozen=True)
class Standing:
    """Who took part at the end of the period, and who did at any time in it."""

    at_end: tuple[Company, ...] = ()
    in_period: frozenset[int] = field(default_factory=frozenset)


def standing_in(period: Period) -> Standing:
    """Who took part, as it was recorded until the end of the period."""
    earlier, during_it = _moves(at__lt=period.start), _moves(at__gte=period.start, at__lt=period.end)
    said = _said(period)
    at_end, during = [], set()
    for company in Participant.objects.order_by("pk"):
        # A participant that was active before the portal knew of it has a date and no move.
        began = company.active_since is not None and company.active_since <= period.last
        before, within = earlier.get(company.pk, []), during_it.get(company.pk, [])
        stood = before[-1] in TAKING_PART if before else began
        if not began:
            continue
        if stood or TAKING_PART & set(within):
            during.add(company.pk)
        if (within[-1] in TAKING_PART) if within else stood:
            industry, receive_only = said.get(company.pk, (company.industry, company.receive_only))
            at_end.append(Company(company.pk, industry, receive_only))
    return Standing(tuple(at_end), frozenset(during))


def _moves(**when: datetime) -> dict[int, list[str]]:
    """The states each participant came to, in order."""
    moves: dict[int, list[str]] = {}
    for participant, after in (
        StateChange.objects.filter(**when).order_by("at", "pk").values_list("participant_id", "after")
    ):
        moves.setdefault(participant, []).append(after)
    return moves


def _said(period: Period) -> dict[int, tuple[str, bool]]:
    """What the events said about each participant last, before the end of the period, or else first after it."""
    told = AuditEvent.objects.filter(
        event__in=[Event.PARTICIPANT_ADDED, Event.PARTICIPANT_CHANGED], details__has_keys=["industry", "receive_only"]
    ).values_list("target_id", "details")
    said: dict[int, tuple[str, bool]] = {}
    later, earlier = (
        told.filter(at__gte=period.end).order_by("-at", "-id"),
        told.filter(at__lt=period.end).order_by("at", "id"),
    )
    for target, details in [*later, *earlier]:
        said[int(target)] = (details["industry"], details["receive_only"])
    return said
