"""The one table of figures. Page, CSV, JSON and PDF read the same rows, so a number and its definition never part.

Each figure is a function over the facts of a closed period (`transparency.facts`). Units are never added up.
"""

from collections.abc import Mapping

from transparency.figures import accountability, decisions, measures, participation, sharing
from transparency.figures.base import Figure, Section, Shares, Value

__all__ = ["FIGURES", "SECTIONS", "Figure", "Section", "Shares", "Value"]

SECTIONS = (
    participation.SECTION,
    sharing.SECTION,
    decisions.SECTION,
    measures.SECTION,
    accountability.SECTION,
)
FIGURES: Mapping[str, Figure] = {
    figure.name: figure for part in (participation, sharing, decisions, measures, accountability)
    for figure in part.FIGURES
}  # fmt: skip
