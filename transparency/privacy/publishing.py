"""A snapshot as everybody may see it: numbers that say too much, or from which one could be worked out, are hidden."""

from collections.abc import Iterable, Mapping
from typing import Any

from transparency.facts import Facts
from transparency.figures import FIGURES
from transparency.privacy.cells import LEAST, Cell, Known, Mark, known_of
from transparency.privacy.coverage import with_safe_coverage, without_coverage
from transparency.privacy.protecting import is_of_too_few, protect, says_too_much

Told = dict[str, Any]
RUNNING_STEP = 25
RUNNING = f"Until the year is over totals are rounded down to a multiple of {RUNNING_STEP}, and parts are not told."


def protected(snapshot: Told, facts: Mapping[str, Facts], published: Iterable[Told]) -> Told:
    """The snapshot with numbers hidden. `facts` are those of its parts, `published` all snapshots that are public."""
    year, others = snapshot["year"], list(published)
    cells = dict(_cells(snapshot))
    values = {cell: row["value"] for cell, row in cells.items() if _is_counted(cell) and row["value"] is not None}
    known: dict[Cell, Known] = {}
    for other in others:
        known |= {cell: each for cell, each in _known(other).items() if each.is_fixed or cell not in known}
    earlier = {cell: each for cell, each in known.items() if cell.year == year}
    public = {cell for cell, each in earlier.items() if each.is_fixed and each.least == values.get(cell)}
    primary = {
        cell
        for cell, value in values.items()
        if says_too_much(value, FIGURES[cell.figure].share(facts[cell.part], cell.scope))
        or (cell in earlier and cell not in public and _tells_apart(earlier[cell], value))
    }
    elsewhere = {cell: each for cell, each in known.items() if cell.year != year}
    first = year if _nothing_before(values) else None
    marks = protect(values, primary, elsewhere=elsewhere, published=public, first=first)
    for cell, mark in marks.items():
        if mark != Mark.EXACT:
            hide(cells[cell], mark)
    for cell, row in cells.items():
        if not _is_counted(cell) and row["value"] is not None and _few(FIGURES[cell.figure], facts[cell.part]):
            hide(row, Mark.WITHHELD)
    return with_safe_coverage(snapshot, known, others)


def rounded(snapshot: Told, facts: Mapping[str, Facts]) -> Told:
    """The snapshot of a year that is not over: totals alone and rounded, so that comparing two days tells nothing."""
    for figure in snapshot["figures"]:
        counted = FIGURES[figure["name"]]
        figure["cumulative"] = []
        figure["caveats"] = f"{RUNNING} {figure['caveats']}".strip()
        for row in figure["rows"]:
            if row["value"] is None:
                continue
            share = counted.share(facts["rows"], row["scope"])
            step = row["value"] // RUNNING_STEP * RUNNING_STEP
            if row["scope"] or counted.measure or not step or is_of_too_few(share):
                hide(row, Mark.WITHHELD)
            else:
                row.update(value=step, shown=f"{step:,}")
    return without_coverage(snapshot)


def hide(row: Told, mark: Mark) -> None:
    """Take the number out of a row."""
    row.update(value=None, mark="suppressed", shown=mark.value)


def _is_counted(cell: Cell) -> bool:
    return FIGURES[cell.figure].measure is None


def _few(figure: Any, facts: Facts) -> bool:
    """Whether what was measured is of too few to be told."""
    share = figure.share(facts, "")
    return sum(share.values()) < LEAST or is_of_too_few(share)


def _cells(snapshot: Told) -> Iterable[tuple[Cell, Told]]:
    for figure in snapshot["figures"]:
        for part in ("rows", "cumulative"):
            for row in figure[part]:
                yield Cell(snapshot["year"], part, figure["name"], row["scope"]), row


def _known(snapshot: Told) -> dict[Cell, Known]:
    """What a published snapshot tells of each cell that is still counted in this way."""
    found: dict[Cell, Known] = {}
    for cell, row in _cells(snapshot) if "schema" in snapshot else ():
        if cell.figure not in FIGURES or not _is_counted(cell) or row["mark"] == "not_collected":
            continue
        mark = Mark(row["shown"]) if row["mark"] == "suppressed" else Mark.EXACT
        found[cell] = known_of(mark, row["value"] or 0)
    return found


def _tells_apart(earlier: Known, value: int) -> bool:
    """Whether a number that was hidden before would now be shown, or differs from what was shown by a small number."""
    return not earlier.is_fixed or 0 < abs(earlier.least - value) < LEAST


def _nothing_before(values: Mapping[Cell, int]) -> bool:
    so_far = {cell: value for cell, value in values.items() if cell.part == "cumulative"}
    return all(values[cell._replace(part="rows")] == value for cell, value in so_far.items())
