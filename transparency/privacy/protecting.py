"""Which numbers are hidden: those that say too much alone, then others until nothing can be worked out."""

from collections.abc import Collection, Iterable, Mapping

from transparency.facts import Share
from transparency.privacy.bounds import narrow_alone, narrow_cells
from transparency.privacy.cells import LEAST, Cell, Knowledge, Known, Mark, hidden, known_of
from transparency.privacy.relations import Relation, relations_of

LEAST_PARTICIPANTS = 3
MOST_OF_ONE = 0.8


def says_too_much(value: int, share: Share) -> bool:
    """Whether a number may not be shown by itself: small, of too few participants, or nearly all of one of them."""
    if value == 0:
        return False
    return value < LEAST or is_of_too_few(share)


def is_of_too_few(share: Share) -> bool:
    """Whether fewer than three participants have part in it, or one has more than four fifths of it."""
    parts = [number for number in share.values() if number > 0]
    return len(parts) < LEAST_PARTICIPANTS or max(parts) > MOST_OF_ONE * sum(parts)


def protect(
    values: Mapping[Cell, int],
    primary: Collection[Cell],
    *,
    elsewhere: Knowledge | None = None,
    published: Collection[Cell] = (),
    first: int | None = None,
) -> dict[Cell, Mark]:
    """How each cell of `values` is shown, so that nothing hidden can be narrowed to fewer than 11 values.

    `primary` are those that must not be shown; `elsewhere` is what other years' editions tell; `published` are cells
    that an earlier edition of this year shows already, which hiding would not take back.
    """
    marks = dict.fromkeys(values, Mark.EXACT)
    marks |= {cell: hidden(values[cell]) for cell in primary if cell not in published}
    relations = relations_of([*values, *(elsewhere or {})], first=first)
    around = _by_cell(relations)
    free = {cell for cell in values if cell not in published}
    lost: set[Cell] = set()
    wide: set[Cell] = set()
    while True:
        knowledge = {**(elsewhere or {}), **{cell: known_of(mark, values[cell]) for cell, mark in marks.items()}}
        narrow = {cell for cell in narrow_alone(knowledge, relations) if cell not in lost}
        # Hiding more never narrows anything, so what was found wide stays so.
        narrow = narrow or {cell for cell in narrow_cells(knowledge, relations, wide) if cell not in lost}
        if not narrow:
            return marks
        for cell in sorted(narrow):
            more = _next_to_hide(cell, around, knowledge, free)
            if more is not None:
                marks[more] = hidden(values[more])
            elif marks.get(cell) == Mark.SMALL:
                marks[cell] = Mark.WITHHELD
            else:
                lost.add(cell)  # everything around it is hidden already: what is left was public before


def _next_to_hide(
    cell: Cell, around: Mapping[Cell, list[Relation]], knowledge: Mapping[Cell, Known], free: Collection[Cell]
) -> Cell | None:
    """The shown number whose loss costs least, in a relation of the cell or as near to it as there is one."""
    seen, edge = {cell}, [cell]
    while edge:
        near = {each for known in edge for relation in around.get(known, []) for each in relation.factors} - seen
        shown = [each for each in near if each in free and knowledge[each].is_fixed]
        if shown:
            return min(shown, key=lambda each: (knowledge[each].least == 0, knowledge[each].least, each))
        seen |= near
        edge = [each for each in near if not knowledge[each].is_fixed]
    return None


def _by_cell(relations: Iterable[Relation]) -> dict[Cell, list[Relation]]:
    around: dict[Cell, list[Relation]] = {}
    for relation in relations:
        for cell in relation.factors:
            around.setdefault(cell, []).append(relation)
    return around
