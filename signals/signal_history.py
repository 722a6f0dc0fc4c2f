"""What happened to a signal, as its page tells it: who shared it, changed it, took it back, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from participants.models import Member
from signals.contribution_page import teller_name
from signals.models import ContributionState, Signal

MOST = 50


@dataclass(frozen=True)
class Entry:
    """One line of the history."""

    at: datetime
    text: str


def history_of(signal: Signal, member: Member) -> list[Entry]:
    """The latest first. Companies are named as the sharing group's rules say; what was said before is not repeated."""
    return sorted(_entries(signal, member), key=lambda entry: entry.at, reverse=True)[:MOST]


def _entries(signal: Signal, member: Member) -> Iterator[Entry]:
    seen: set[int] = set()
    contributions = signal.contributions.select_related("participant").order_by("pk")[: MOST * 4]
    for contribution in contributions:
        name = teller_name(contribution, signal, member)
        verb = "Changed" if contribution.participant_id in seen else "Shared"
        seen.add(contribution.participant_id)
        yield Entry(contribution.shared_at, f"{verb} by {name}")
        if contribution.ended_at is None or contribution.state == ContributionState.SUPERSEDED:
            continue
        # What a company shares after it took something back is shared again.
        seen.discard(contribution.participant_id)
        why = contribution.end_row.told if contribution.end_row else ""
        did = "Ended for" if contribution.state == ContributionState.EXPIRED else "Taken back by"
        yield Entry(contribution.ended_at, f"{did} {name}. {why}")
