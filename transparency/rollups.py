"""The facts of a period, as the figures want them."""

from transparency.facts import Facts, facts_of_events
from transparency.periods import Period


def facts_of(period: Period) -> Facts:
    """The facts of a period. As the portal."""
    return facts_of_events(period)
