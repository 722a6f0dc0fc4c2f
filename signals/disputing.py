"""What decisions and feedback say about a signal, told from above by a narrow call: `signals` never looks up."""

from collections.abc import Sequence
from uuid import UUID

from lantern.lib.tenancy import acting_as_system
from signals.models import Signal


def mark_disputed(signals: Sequence[UUID], *, is_disputed: bool) -> int:
    """Say of signals that they are disputed, or no longer; says of how many it was news. Safe to run twice."""
    with acting_as_system():
        found = Signal.objects.filter(pk__in=signals, contributor_count__gt=0).exclude(is_disputed=is_disputed)
        return found.update(is_disputed=is_disputed, routing_due=True)
