"""What was done."""

from collections import Counter
from collections.abc import Callable

from reviews.outcomes import UNITS
from transparency.facts import Facts
from transparency.figures.base import Figure, Section, Shares

SECTION = Section(
    "measures",
    "What was done",
    "Measures that receiving participants recorded with their decisions, on top of what the sharing participant had"
    " done already. Each has its own unit; different units are not added up.",
)
HEADLINES = ("accounts_disabled", "content_removed", "urls_blocked")


def _of(unit: str) -> Callable[[Facts], Shares]:
    return lambda facts: {"": facts.of("measured").get(unit, Counter())}


FIGURES = tuple(
    Figure(
        unit.name,
        SECTION.name,
        unit.label[0].upper() + unit.label[1:],
        unit.label,
        f"The sum of {unit.label} that participants recorded with the decisions of the period that stood at its end.",
        _of(unit.name),
        caveats="Recorded by the participants themselves. One URL may have led to many pieces of content.",
        aggregation="standing",
        headline=unit.name in HEADLINES,
    )
    for unit in UNITS.values()
)
