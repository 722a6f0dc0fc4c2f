"""What a reader can work out: the least and the most that each hidden cell can be, by linear programming (HiGHS)."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import lil_array

from transparency.privacy.cells import LEAST, Cell, Knowledge, Known
from transparency.privacy.relations import Relation

ENDLESS = 10**8
CLOSE = 1e-6
CORNERS = 8


def narrow_alone(knowledge: Knowledge, relations: Sequence[Relation]) -> Iterator[Cell]:
    """The hidden cells that a single relation narrows too far, by what is known of the others in it. Quick."""
    for relation in relations:
        ends = {cell: _ends(knowledge[cell], factor) for cell, factor in relation.factors.items()}
        low, high = sum(end[0] for end in ends.values()), sum(end[1] for end in ends.values())
        for cell, (least, most) in ends.items():
            if least == most:
                continue
            # The cell with its factor is at most what the rest leaves, and in an equation at least that too.
            top = min(most, least - low)
            bottom = max(least, most - high) if relation.is_equal else least
            if top - bottom < LEAST - 1:
                yield cell


def _ends(known: Known, factor: int) -> tuple[int, int]:
    least, most = known.least * factor, (ENDLESS if known.most is None else known.most) * factor
    return min(least, most), max(least, most)


def narrow_cells(knowledge: Knowledge, relations: Sequence[Relation], wide: set[Cell]) -> Iterator[Cell]:
    """The hidden cells for which fewer values than `LEAST` are left, or not all of 0 to 10 where that is shown.

    Cells in `wide` are not asked about again; those that are found wide enough are added to it.
    """
    for group, inside in _groups(knowledge, relations):
        asked = [cell for cell in group if cell not in wide]
        if asked:
            narrow = set(_narrow_in(group, asked, inside, knowledge))
            wide.update(set(asked) - narrow)
            yield from sorted(narrow)


def _narrow_in(
    group: Sequence[Cell], asked: Sequence[Cell], relations: Sequence[Relation], knowledge: Knowledge
) -> Iterator[Cell]:
    places = {cell: number for number, cell in enumerate(group)}
    program = _program(places, relations, knowledge)
    least, most = np.full(len(group), math.inf), np.full(len(group), -math.inf)

    def look(direction: Any) -> None:
        # A corner says something about every cell, so most cells never need a program of their own.
        solved = linprog(direction, **program, method="highs")
        if solved.status == 0:
            np.minimum(least, solved.x, out=least)
            np.maximum(most, solved.x, out=most)

    chance = np.random.default_rng(len(group))
    for _ in range(CORNERS):
        direction = chance.normal(size=len(group))
        look(direction)
        look(-direction)
    for cell in asked:
        place = places[cell]
        for sign in (1, -1):
            if most[place] - least[place] < LEAST - 1 - CLOSE:
                direction = np.zeros(len(group))
                direction[place] = sign
                look(direction)
        if most[place] - least[place] < LEAST - 1 - CLOSE:
            yield cell


def _program(places: Mapping[Cell, int], relations: Sequence[Relation], knowledge: Knowledge) -> dict[str, Any]:
    limits = [(knowledge[cell].least, ENDLESS if (most := knowledge[cell].most) is None else most) for cell in places]
    program: dict[str, Any] = {"bounds": limits}
    for is_equal, names in ((True, ("A_eq", "b_eq")), (False, ("A_ub", "b_ub"))):
        kept = [relation for relation in relations if relation.is_equal == is_equal]
        if not kept:
            continue
        rows, right = lil_array((len(kept), len(places))), np.zeros(len(kept))
        for number, relation in enumerate(kept):
            for cell, factor in relation.factors.items():
                if cell in places:
                    rows[number, places[cell]] = factor
                else:
                    right[number] -= factor * knowledge[cell].least
        program |= dict(zip(names, (rows.tocsr(), right), strict=True))
    return program


def _groups(knowledge: Knowledge, relations: Sequence[Relation]) -> Iterator[tuple[Sequence[Cell], Sequence[Relation]]]:
    """The hidden cells that hang together, with the relations that bind them."""
    leader = {cell: cell for cell, known in knowledge.items() if not known.is_fixed}

    def lead(cell: Cell) -> Cell:
        while leader[cell] != cell:
            leader[cell] = cell = leader[leader[cell]]
        return cell

    bound = [(relation, hidden_in(relation, leader)) for relation in relations]
    for _, cells in bound:
        for cell in cells[1:]:
            leader[lead(cell)] = lead(cells[0])
    groups: dict[Cell, list[Cell]] = {}
    for cell in leader:
        groups.setdefault(lead(cell), []).append(cell)
    inside: dict[Cell, list[Relation]] = {}
    for relation, cells in bound:
        if cells:
            inside.setdefault(lead(cells[0]), []).append(relation)
    for first, cells in groups.items():
        yield cells, inside.get(first, [])


def hidden_in(relation: Relation, hidden: Collection[Cell]) -> list[Cell]:
    """The hidden cells of a relation."""
    return [cell for cell in relation.factors if cell in hidden]
