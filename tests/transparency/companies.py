"""A year of many companies made up of facts alone, and what a reader makes of its report who minds the coverage too."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from random import Random
from typing import Any

from participants.models import Industry
from reviews.outcomes import DISMISSALS, UNITS
from signals.kinds import KINDS
from signals.vocabulary import HARM_TYPES
from transparency.facts import Facts
from transparency.figures import FIGURES
from transparency.periods import Period
from transparency.privacy.cells import Cell, Known, Mark, known_of
from transparency.privacy.relations import Relation, relations_of
from transparency.standing import Company, Standing

YEAR = 2025
# Who is counted by the coverage, where that is a figure of its own.
SHARING, DECIDING = Cell(YEAR, "rows", "participants_sharing", ""), Cell(YEAR, "rows", "participants_deciding", "")
SAME = {
    **{name: Cell(YEAR, "rows", name, "") for name in FIGURES if name.startswith("participants")},
    **dict.fromkeys(("participants_by_industry", "participants_by_direction"), Cell(YEAR, "rows", "participants", "")),
    "contributions": SHARING,
    "reviews_decided": DECIDING,
    "reviews_by_verdict": DECIDING,
}
OVER = Cell(YEAR, "coverage", "", "")


def facts_of_companies(chance: Random, *, sharing: int, deciding: int, both: int, sectors: int) -> Facts:
    """So many companies share, decide, or do both; nothing was before."""
    counted: dict[str, dict[str, Counter[int | None]]] = defaultdict(lambda: defaultdict(Counter))
    number = sharing + deciding - both
    for company in range(number):
        for _ in range(chance.randint(1, 60) if company < sharing else 0):
            counted["words"][""][company] += 1
            if chance.random() < 0.9:
                counted["signals_kind"][chance.choice([*list(KINDS)[:3], *KINDS])][company] += 1
                counted["signals_month"][f"{chance.randint(1, 12):02}"][company] += 1
                counted["signals_harm"][chance.choice(list(HARM_TYPES)[:4])][company] += 1
        for _ in range(chance.randint(1, 60) if company >= number - deciding else 0):
            outcome = chance.choice(["actioned", "actioned", *list(DISMISSALS)[:3]])
            counted["decided"][outcome][company] += 1
            if outcome == "actioned":
                counted["measured"][chance.choice(list(UNITS)[:3])][company] += 1
    companies = tuple(Company(each, Industry.values[each % sectors], receive_only=False) for each in range(number))
    return Facts(Period.year(YEAR), counted, Standing(companies, frozenset(range(number))))


def read(snapshot: dict[str, Any]) -> tuple[dict[Cell, Known], list[Relation]]:
    """What the report tells: its numbers, how they hang together, and what its coverage says of them."""
    known = {}
    for figure in snapshot["figures"]:
        for part in ("rows", "cumulative") if FIGURES[figure["name"]].measure is None else ():
            for row in figure[part]:
                mark = Mark(row["shown"]) if row["mark"] == "suppressed" else Mark.EXACT
                known[Cell(YEAR, part, figure["name"], row["scope"])] = known_of(mark, row["value"] or 0)
    relations = relations_of(list(known), first=YEAR)
    over = snapshot["computed_over"]["participants"]
    if over is not None:
        known[OVER] = Known(over, over)
        relations += [Relation({SAME[name]: 1, OVER: -1}, is_equal=False) for name in SAME if name in FIGURES]
    for figure in snapshot["figures"]:
        if figure["coverage"] is not None:
            number = figure["coverage"]["reporting"]
            cell = Cell(YEAR, "coverage", figure["name"], "")
            known[cell] = Known(number, number)
            relations += _said(cell, [Cell(YEAR, "rows", figure["name"], row["scope"]) for row in figure["rows"]])
    return known, relations


def _said(coverage: Cell, rows: list[Cell]) -> Iterator[Relation]:
    """Every company that is counted has something in a row, and did what the figure is of."""
    figure = FIGURES[coverage.figure]
    if figure.measure is None:
        parts = [row for row in rows if row.scope] or rows
        yield Relation({coverage: 1, **dict.fromkeys(parts, -1)}, is_equal=False)
    if coverage.figure in SAME:
        yield Relation({coverage: 1, SAME[coverage.figure]: -1}, is_equal=True)
    if coverage.figure in UNITS:
        yield Relation({coverage: 1, Cell(YEAR, "rows", "reviews_by_verdict", "actioned"): -1}, is_equal=False)
    if coverage.figure.startswith("signals_by"):
        yield Relation({coverage: 1, Cell(YEAR, "rows", "signals_shared", ""): -1}, is_equal=False)
    if figure.section == "sharing" and not coverage.figure.startswith("contributions"):
        yield Relation({coverage: 1, SHARING: -1}, is_equal=False)
