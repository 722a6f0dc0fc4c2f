"""How the numbers of a report hang together: what anybody can add up and subtract.

A relation says of some cells that their sum, each with a factor, is 0 (`is_equal`) or at most 0. One table of them is
read by the protection and by whoever checks it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from reviews.outcomes import UNITS
from signals.kinds import KINDS
from transparency.figures import FIGURES
from transparency.privacy.cells import Cell

Place = tuple[str, str]  # figure and scope
Sum = Mapping[Place, int]
PARTS = ("rows", "cumulative")


@dataclass(frozen=True)
class Relation:
    """The sum of the cells, each times its factor, is 0 or at most 0."""

    factors: Mapping[Cell, int]
    is_equal: bool


def _scopes(figure: str, *without: str) -> list[Place]:
    return [(figure, scope) for scope, _ in FIGURES[figure].scopes if scope not in without]


def _kinds(basis: str) -> list[Place]:
    return [("signals_by_kind", kind.name) for kind in KINDS.values() if kind.basis == basis]


SIGNALS, REVIEWS = ("signals_shared", ""), ("reviews_decided", "")
# A number, and the parts it consists of.
WHOLES: tuple[tuple[Place, list[Place]], ...] = (
    (("participants", ""), _scopes("participants_by_industry")),
    (("participants", ""), _scopes("participants_by_direction")),
    (SIGNALS, _scopes("signals_by_basis")),
    (SIGNALS, _scopes("signals_by_kind")),
    (SIGNALS, _scopes("signals_by_month")),
    (("signals_by_basis", "incident"), _kinds("incident")),
    (("signals_by_basis", "content"), _kinds("content")),
    (REVIEWS, _scopes("reviews_by_verdict")),
    (("reviews_by_verdict", "dismissed"), _scopes("reviews_dismissed")),
    (("second_reviews", ""), _scopes("second_review_agreement")),
    *(
        ((figure, ""), _scopes(figure, ""))
        for figure in ("contributions_withdrawn", "second_reviews", "appeals", "check_ins", "errors_corrected")
    ),
    *(
        (("errors_corrected", reason), [("contributions_withdrawn", reason)])
        for reason in ("mistake", "wrong_identity", "no_violation")
    ),
)
# Numbers that are together at most as much as others together.
AT_MOST: tuple[tuple[list[Place], list[Place]], ...] = (
    *(([place], [SIGNALS]) for place in _scopes("signals_by_harm")),
    ([SIGNALS], _scopes("signals_by_harm")),
    ([SIGNALS, ("signals_corroborated", "")], [("contributions", "")]),
    ([("participants_sharing", "")], [("participants_reporting", "")]),
    ([("participants_deciding", "")], [("participants_reporting", "")]),
    ([("participants_reporting", "")], [("participants_sharing", ""), ("participants_deciding", "")]),
    ([("government_requests", "challenged")], [("government_requests", "received")]),
    ([("reviews_by_verdict", "actioned")], [(unit, "") for unit in UNITS]),
)


def relations_of(cells: Collection[Cell], *, first: int | None = None) -> list[Relation]:
    """All relations between the cells. `first` is the year before which nothing was, where everybody knows it."""
    present = set(cells)
    by_place: dict[tuple[str, str], set[int]] = defaultdict(set)
    for cell in present:
        by_place[cell.figure, cell.scope].add(cell.year)
    years = sorted({cell.year for cell in present})
    found = [relation for year in years for part in PARTS for relation in _within(year, part)]
    found += [relation for place, known in by_place.items() for relation in _over_years(place, known, first)]
    return [relation for relation in found if relation.factors.keys() <= present]


def _within(year: int, part: str) -> Iterator[Relation]:
    for place, parts in WHOLES:
        yield _relation(year, part, [place], parts, is_equal=True)
    for some, others in AT_MOST:
        yield _relation(year, part, some, others, is_equal=False)


def _relation(year: int, part: str, some: Iterable[Place], others: Iterable[Place], *, is_equal: bool) -> Relation:
    factors = {Cell(year, part, *place): 1 for place in some}
    return Relation({**factors, **{Cell(year, part, *place): -1 for place in others}}, is_equal)


def _over_years(place: Place, years: Iterable[int], first: int | None) -> Iterator[Relation]:
    """What is so far is at least what is in the year; with what was so far a year ago the two are that, or more."""
    adds_up = FIGURES[place[0]].aggregation == "sum"
    for year in years:
        now, so_far, before = (
            Cell(year, "rows", *place),
            Cell(year, "cumulative", *place),
            Cell(year - 1, "cumulative", *place),
        )
        yield Relation({now: 1, so_far: -1}, is_equal=year == first)
        yield Relation({so_far: 1, before: -1, now: -1}, is_equal=adds_up)
        if adds_up:
            continue
        if FIGURES[place[0]].aggregation == "distinct":
            yield Relation({before: 1, so_far: -1}, is_equal=False)
