"""No reader can narrow a hidden number to fewer than eleven values: asked of an integer program of its own."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from copy import deepcopy
from random import Random
from typing import Any

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import lil_array

from reviews.outcomes import UNITS
from tests.transparency.companies import facts_of_companies, read
from transparency.figures import FIGURES
from transparency.privacy.cells import LEAST, Cell, Known, Mark, known_of
from transparency.privacy.protecting import protect, says_too_much
from transparency.privacy.publishing import protected, rounded
from transparency.privacy.relations import WHOLES, Relation, relations_of
from transparency.snapshots import exact_snapshot

ENDLESS = 10**7


Places = dict[tuple[str, str], int]


def year_of(chance: Random, size: int) -> Places:  # noqa: PLR0915 -- one line a table
    """The numbers of one year, most of them small, which hang together as real ones do."""

    def few() -> int:
        return chance.choice([0, chance.randint(1, size), chance.randint(1, size), chance.randint(1, 5 * size)])

    found: Places = {}

    def draw(figure: str, *without: str) -> int:
        numbers = {(figure, scope): few() for scope, _ in FIGURES[figure].scopes if scope not in without}
        found.update(numbers)
        return sum(numbers.values())

    def spread(figure: str, total: int, *without: str) -> None:
        scopes = [scope for scope, _ in FIGURES[figure].scopes if scope not in without]
        drawn = Counter(chance.choices(scopes, weights=[chance.random() ** 3 for _ in scopes], k=total))
        found.update({(figure, scope): drawn[scope] for scope in scopes})

    signals = found["signals_shared", ""] = draw("signals_by_kind")
    for (basis, _), whole in (((place[1], place), parts) for place, parts in WHOLES if place[0] == "signals_by_basis"):
        found["signals_by_basis", basis] = sum(found[part] for part in whole)
    spread("signals_by_month", signals)
    spread("signals_by_harm", signals)
    found["signals_corroborated", ""] = few()
    found["contributions", ""] = signals + found["signals_corroborated", ""] + few()
    found["contributions_withdrawn", ""] = draw("contributions_withdrawn", "")
    for reason in ("mistake", "wrong_identity", "no_violation"):
        found["errors_corrected", reason] = found["contributions_withdrawn", reason]
    found["errors_corrected", "corrected"] = few()
    found["errors_corrected", ""] = sum(n for place, n in found.items() if place[0] == "errors_corrected")
    found["reviews_by_verdict", "dismissed"] = draw("reviews_dismissed")
    found["reviews_by_verdict", "actioned"] = acted = few()
    found["reviews_decided", ""] = acted + found["reviews_by_verdict", "dismissed"]
    for figure in ("second_reviews", "appeals", "check_ins"):
        found[figure, ""] = draw(figure, "")
    spread("second_review_agreement", found["second_reviews", ""])
    for unit in UNITS:
        found[unit, ""] = few() + acted
    received = few()
    found["government_requests", "received"] = received
    found["government_requests", "challenged"] = chance.randint(0, received)
    for name in ("signals_disputed", "contributions_expired", "trainings"):
        found[name, ""] = few()
    draw("appeals_told")
    return found


def years_of(seed: int, years: Sequence[int], size: int) -> dict[Cell, int]:
    """Several years and what was so far at the end of each."""
    chance, so_far, found = Random(seed), Counter[tuple[str, str]](), {}
    for year in years:
        numbers = year_of(chance, size)
        so_far.update(numbers)
        for (figure, scope), number in numbers.items():
            found[Cell(year, "rows", figure, scope)] = number
            if FIGURES[figure].has_cumulative:
                found[Cell(year, "cumulative", figure, scope)] = so_far[figure, scope]
    return found


def attack(knowledge: Mapping[Cell, Known], relations: Sequence[Relation]) -> dict[Cell, tuple[int, int]]:
    """The least and most whole number that each cell can be, with everything that is shown; wide ranges in part."""
    cells = list(knowledge)
    places = {each: number for number, each in enumerate(cells)}
    rows = lil_array((len(relations), len(cells)))
    for number, relation in enumerate(relations):
        for each, factor in relation.factors.items():
            rows[number, places[each]] = factor
    lowest = np.array([0 if relation.is_equal else -np.inf for relation in relations])
    least = np.array([knowledge[each].least for each in cells])
    most = np.array([ENDLESS if knowledge[each].most is None else knowledge[each].most for each in cells])
    found = {each: (ENDLESS, -1) for each in cells if not knowledge[each].is_fixed}

    def look(direction: np.ndarray) -> None:
        solved = milp(
            direction,
            constraints=LinearConstraint(rows.tocsr(), lowest, np.zeros(len(relations))),
            bounds=Bounds(least, most),
            integrality=np.ones(len(cells)),
        )
        assert solved.status == 0, solved.message
        for each, (low, high) in found.items():
            number = round(solved.x[places[each]])
            found[each] = (min(low, number), max(high, number))

    for each in list(found):
        for sign in (1, -1):
            low, high = found[each]
            if high - low < LEAST - 1:
                direction = np.zeros(len(cells))
                direction[places[each]] = sign
                look(direction)
    return found


def _primary(values: Mapping[Cell, int]) -> list[Cell]:
    return [cell for cell, value in values.items() if 0 < value < LEAST]


def _publish(values: Mapping[Cell, int], years: Sequence[int]) -> dict[Cell, Mark]:
    """One edition after the other, each with what the ones before it told."""
    shown: dict[Cell, Mark] = {}
    for year in years:
        own = {cell: value for cell, value in values.items() if cell.year == year}
        elsewhere = {cell: known_of(mark, values[cell]) for cell, mark in shown.items()}
        shown |= protect(own, _primary(own), elsewhere=elsewhere, first=years[0])
    return shown


def test_a_thousand_small_cells_over_tables_and_editions_cannot_be_worked_out() -> None:
    years = range(2021, 2027)
    values = years_of(7, years, size=9)
    assert len(_primary(values)) > 250
    assert len(values) > 1000
    started = time.perf_counter()
    shown = _publish(values, years)
    assert time.perf_counter() - started < 300
    relations = relations_of(list(values), first=years[0])
    _hold(values, relations)
    hidden = {cell for cell, mark in shown.items() if mark != Mark.EXACT}
    assert set(_primary(values)) <= hidden
    ranges = attack({cell: known_of(mark, values[cell]) for cell, mark in shown.items()}, relations)
    assert hidden == ranges.keys()
    narrow = {cell: each for cell, each in ranges.items() if each[1] - each[0] < LEAST - 1}
    assert narrow == {}
    assert any(mark == Mark.EXACT and values[cell] > 0 for cell, mark in shown.items())


def _hold(values: Mapping[Cell, int], relations: Sequence[Relation]) -> None:
    """What is planted keeps to the relations, or the attack would be one on nothing."""
    for relation in relations:
        total = sum(factor * values[cell] for cell, factor in relation.factors.items())
        assert total == 0 if relation.is_equal else total <= 0, relation


def test_the_attack_finds_what_hiding_the_small_cells_alone_leaves_open() -> None:
    values = years_of(7, [2025], size=9)
    shown = {cell: Mark.SMALL if 0 < value < LEAST else Mark.EXACT for cell, value in values.items()}
    ranges = attack(
        {cell: known_of(mark, values[cell]) for cell, mark in shown.items()}, relations_of(list(values), first=2025)
    )
    assert any(high - low < LEAST - 1 for low, high in ranges.values())


@pytest.mark.parametrize(
    ("value", "share", "expected"),
    [
        (0, {}, False),
        (1, {1: 1}, True),
        (10, {1: 4, 2: 3, 3: 3}, True),
        (11, {1: 4, 2: 4, 3: 3}, False),
        (500, {1: 250, 2: 250}, True),
        (500, {1: 401, 2: 90, 3: 9}, True),
        (500, {1: 400, 2: 90, 3: 10}, False),
    ],
)
def test_small_numbers_and_those_of_few_say_too_much(value: int, share: dict[int, int], expected: bool) -> None:
    assert says_too_much(value, Counter(share)) is expected


def test_what_an_earlier_edition_shows_stays_known() -> None:
    """A cell that is published already is not hidden in vain; its neighbours make up for it."""
    values = {
        Cell(2025, "rows", "appeals", ""): 40,
        Cell(2025, "rows", "appeals", "upheld"): 35,
        Cell(2025, "rows", "appeals", "reversed"): 5,
    }
    whole, upheld, reversed_ = values
    assert protect(values, [reversed_]) == {whole: Mark.EXACT, upheld: Mark.WITHHELD, reversed_: Mark.SMALL}
    shown = protect(values, [reversed_], published=[upheld])
    assert shown == {whole: Mark.WITHHELD, upheld: Mark.EXACT, reversed_: Mark.SMALL}


WORLDS = [
    {"sharing": 12, "deciding": 8, "both": 5, "sectors": 3},
    {"sharing": 12, "deciding": 8, "both": 5, "sectors": 1},
    {"sharing": 14, "deciding": 13, "both": 11, "sectors": 2},
    {"sharing": 30, "deciding": 40, "both": 25, "sectors": 3},
    {"sharing": 40, "deciding": 16, "both": 16, "sectors": 1},
]


def _told_of(seed: int, world: dict[str, int], *, with_all_coverage: bool = False) -> dict[str, Any]:
    """What is published of a made-up year; if asked for, with its coverage as it is."""
    facts = facts_of_companies(Random(seed), **world)
    exact = exact_snapshot(facts.period, {"rows": facts, "cumulative": facts})
    told = protected(deepcopy(exact), {"rows": facts, "cumulative": facts}, [])
    if with_all_coverage:
        told["computed_over"] = exact["computed_over"]
        for figure, true in zip(told["figures"], exact["figures"], strict=True):
            figure["coverage"] = true["coverage"]
    return told


def _narrow(told: dict[str, Any]) -> set[Cell]:
    ranges = attack(*read(told))
    return {cell for cell, (low, high) in ranges.items() if high - low < LEAST - 1}


@pytest.mark.parametrize("world", WORLDS)
def test_how_many_reported_does_not_give_away_a_hidden_number(world: dict[str, int]) -> None:
    assert _narrow(_told_of(1, world)) == set()


def test_coverage_is_told_where_it_gives_nothing_away() -> None:
    told = {figure["name"]: figure["coverage"] for figure in _told_of(1, WORLDS[-1])["figures"]}
    assert told["contributions"] == told["participants_sharing"] == {"reporting": 40, "of": 40}
    assert None in told.values()


@pytest.mark.parametrize("world", WORLDS[:3])
def test_the_attack_finds_what_coverage_would_give_away(world: dict[str, int]) -> None:
    assert _narrow(_told_of(1, world, with_all_coverage=True))


def test_a_correction_does_not_tell_that_one_more_company_reported() -> None:
    before = _told_of(1, WORLDS[-1])
    facts = facts_of_companies(Random(1), **WORLDS[-1])
    for figure in before["figures"]:
        if figure["name"] == "contributions":
            figure["coverage"]["reporting"] -= 1
    both = {"rows": facts, "cumulative": facts}
    told = protected(exact_snapshot(facts.period, both), both, [before])
    found = {figure["name"]: figure["coverage"] for figure in told["figures"]}
    assert found["contributions"] is None
    assert found["participants_sharing"] is not None


def test_a_year_that_is_not_over_tells_no_coverage() -> None:
    facts = facts_of_companies(Random(1), **WORLDS[-1])
    both = {"rows": facts, "cumulative": facts}
    told = rounded(exact_snapshot(facts.period, both), both)
    assert {figure["coverage"] for figure in told["figures"]} == {None}
    assert told["computed_over"] == {"participants": None}
