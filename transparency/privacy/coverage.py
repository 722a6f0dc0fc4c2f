"""How many companies reported: told where it says nothing of a number that is hidden."""

from collections.abc import Iterable, Mapping
from typing import Any

from reviews.outcomes import UNITS
from transparency.privacy.cells import LEAST, Cell, Known

Told = dict[str, Any]
COMPANIES = {"participants", "participants_reporting", "participants_sharing", "participants_deciding"}
# Who reported the one has something in the other as well, which is therefore no smaller than its coverage.
ALSO_IN = {"signals_by_harm": "signals_shared", **dict.fromkeys(UNITS, "reviews_by_verdict")}


def without_coverage(snapshot: Told) -> Told:
    """The snapshot with none of it."""
    snapshot["computed_over"]["participants"] = None
    for figure in snapshot["figures"]:
        figure["coverage"] = None
    return snapshot


def with_safe_coverage(snapshot: Told, known: Mapping[Cell, Known], published: Iterable[Told]) -> Told:
    """The snapshot with what is left of its coverage once its numbers are hidden; `known` is what others tell.

    A figure's coverage is at most the sum of its rows and at most who shared, decided and took part. Where all of these
    are shown, it narrows nothing. Where an earlier edition told another, the two would tell of a single company.
    """
    year, over = snapshot["year"], snapshot["computed_over"]["participants"]
    earlier = [each for each in published if each["year"] == year]
    hidden = {each["name"] for each in snapshot["figures"] if any(row["mark"] == "suppressed" for row in each["rows"])}
    # Who took part at the end of a year did so in the next one too.
    year_before = known.get(Cell(year - 1, "rows", "participants", ""))
    moved = {each["computed_over"]["participants"] for each in earlier} - {None, over}
    if over < LEAST or moved or hidden & COMPANIES or (year_before and not year_before.is_fixed):
        return without_coverage(snapshot)
    told = {each["name"]: each["coverage"] for one in earlier for each in one["figures"] if each["coverage"]}
    for figure in snapshot["figures"]:
        name, coverage = figure["name"], figure["coverage"]
        is_new = coverage != told.get(name, coverage)
        if coverage["reporting"] < LEAST or is_new or hidden & {name, ALSO_IN.get(name)}:
            figure["coverage"] = None
    return snapshot
