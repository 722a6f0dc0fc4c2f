"""Who took part when, by the recorded timeline: moves in the programme, and what was said about a company."""

from dataclasses import dataclass, field

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
    changes: dict[int, list[tuple[object, str]]] = {}
    recorded = StateChange.objects.filter(at__lt=period.end).order_by("pk")
    for participant, at, after in recorded.values_list("participant_id", "at", "after"):
        changes.setdefault(participant, []).append((at, after))
    said = _said(period)
    at_end, during = [], set()
    for company in Participant.objects.order_by("pk"):
        moves = changes.get(company.pk, [])
        # A participant that was active before the portal knew of it has a date and no move.
        began = company.active_since is not None and company.active_since <= period.last
        before = [after for at, after in moves if at < period.start]  # type: ignore[operator]
        within = [after for at, after in moves if at >= period.start]  # type: ignore[operator]
        stood = before[-1] in TAKING_PART if before else began
        if not began:
            continue
        if stood or TAKING_PART & set(within):
            during.add(company.pk)
        if (within[-1] in TAKING_PART) if within else stood:
            industry, receive_only = said.get(company.pk, (company.industry, company.receive_only))
            at_end.append(Company(company.pk, industry, receive_only))
    return Standing(tuple(at_end), frozenset(during))


def _said(period: Period) -> dict[int, tuple[str, bool]]:
    """What the events said about each participant last, before the end of the period, or else first after it."""
    told = AuditEvent.objects.filter(
        event__in=[Event.PARTICIPANT_ADDED, Event.PARTICIPANT_CHANGED], details__has_keys=["industry", "receive_only"]
    )
    said: dict[int, tuple[str, bool]] = {}
    for target, at, details in told.order_by("id").values_list("target_id", "at", "details"):
        if at < period.end or int(target) not in said:
            said[int(target)] = (details["industry"], details["receive_only"])
    return said
