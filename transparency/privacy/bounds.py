"""What a reader can work out: the least and the most that each hidden cell can be, by linear programming (HiGHS)."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from scipy.optimize import linprog

from transparency.privacy.cells import LEAST, Cell, Knowledge
from transparency.privacy.relations import Relation

ENDLESS = 10**9
CLOSE = 1e-6
Range = tuple[float, float]


def narrow_cells(knowledge: Knowledge, relations: Sequence[Relation]) -> Iterator[Cell]:
    """The hidden cells for which fewer values than `LEAST` are left, or not all of 0 to 10 where that is shown."""
    for group, inside in _groups(knowledge, relations):
        ranges = ranges_of(group, inside, knowledge)
        yield from (cell for cell, (least, most) in ranges.items() if most - least < LEAST - 1 - CLOSE)


def ranges_of(group: Sequence[Cell], relations: Sequence[Relation], knowledge: Knowledge) -> Mapping[Cell, Range]:
    """The least and the most of each cell of a group, or a part of that range that is wide enough to stop there."""
    places = {cell: number for number, cell in enumerate(group)}
    program = _program(places, relations, knowledge)
    least, most = np.full(len(group), math.inf), np.full(len(group), -math.inf)

    def look(direction: Any) -> None:
        # A vertex says something about every cell, so most cells never need a program of their own.
        solved = linprog(direction, **program, method="highs")
        if solved.status == 0:
            np.minimum(least, solved.x, out=least)
            np.maximum(most, solved.x, out=most)

    for sign in (1, -1):
        look(sign * np.ones(len(group)))
    for place in places.values():
        for sign in (1, -1):
            if most[place] - least[place] < LEAST - 1 - CLOSE:
                direction = np.zeros(len(group))
                direction[place] = sign
                look(direction)
    return {cell: (float(least[place]), float(most[place])) for cell, place in places.items()}


def _program(places: Mapping[Cell, int], relations: Sequence[Relation], knowledge: Knowledge) -> dict[str, Any]:
    sides: dict[bool, tuple[list[Any], list[int]]] = {True: ([], []), False: ([], [])}
    for relation in relations:
        row, right = np.zeros(len(places)), 0
        for cell, factor in relation.factors.items():
            if cell in places:
                row[places[cell]] = factor
            else:
                right -= factor * knowledge[cell].least
        sides[relation.is_equal][0].append(row)
        sides[relation.is_equal][1].append(right)
    limits = [
        (knowledge[cell].least, ENDLESS if knowledge[cell].most is None else knowledge[cell].most) for cell in places
    ]
    program: dict[str, Any] = {"bounds": limits}
    for is_equal, names in ((True, ("A_eq", "b_eq")), (False, ("A_ub", "b_ub"))):
        if sides[is_equal][0]:
            program |= dict(zip(names, (np.array(sides[is_equal][0]), np.array(sides[is_equal][1])), strict=True))
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
