"""Which column of a file holds what: the native header (design 8.2), ThreatExchange's, or a mapping a person made."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from signals.faults import refused

NATIVE: Mapping[str, str] = {
    name: name
    for name in (
        "kind", "value", "service", "harm_types", "severity", "confidence", "observed_at", "incident", "policy", "note",
        "tlp", "expires_at",
    )
}  # fmt: skip
"""Column of a native file → field. The order is that of the template."""

NEEDED = ("kind", "value", "harm_types")

ERROR_COLUMNS = ("_row", "_column", "_code", "_problem", "_how_to_fix")
"""What the errors file adds to the columns of the file it is about."""

_SPACE_CONTROL = re.compile("[\x0b\x0c\x1c-\x1f\x85]")
"""Control characters that Python takes for white space, but for the tab and the ends of lines."""

Fields = dict[str, str]
Translate = Callable[[Fields, Mapping[str, tuple[str, ...]]], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Layout:
    """A family of files: `columns` (lower case) → place, those it `needs`, and others it has and means nothing by.

    `unread` are the places that it needs and means nothing by.

    A *place* is a field, or a name of the layout's own that `translate` turns into fields. `translate` changes the
    fields in place and answers which field was read from which place, where the two differ. `harm_types` are those of
    rows that name none, by kind.
    """

    name: str
    columns: Mapping[str, str]
    needs: tuple[str, ...]
    ignored: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()
    translate: Translate | None = None
    harm_types: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person decided in the mapping step.

    `columns`: header as the file spells it → field, or "" for a column to be ignored; empty when the header is known.
    `harm_types`: kind → harm types for rows of a ThreatExchange file that name none; None for the layout's own.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    harm_types: Mapping[str, tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Columns:
    """A header, understood: `places` says at which index (from 0) each place is read."""

    header: tuple[str, ...]
    layout: Layout
    places: Mapping[str, int]
    unknown: tuple[str, ...]
    harm_types: Mapping[str, tuple[str, ...]]
    repaired: bool
    """Whether the file is an errors file coming back, so that the formula guard of its cells is to be undone."""
    _pick: Callable[[Sequence[str]], tuple[str, ...]]
    _unread: tuple[int, ...]
    _left_out: frozenset[int]

    @property
    def by_index(self) -> dict[int, str]:
        """Index of each known column → its place."""
        return {index: place for place, index in self.places.items()}

    def fields(self, cells: Sequence[str]) -> tuple[Fields, Mapping[str, str]]:
        """The fields of a row, those of a short row filled with empty cells, and the places of those read elsewhere."""
        missing = len(self.header) - len(cells)
        padded = cells if missing <= 0 else [*cells, *[""] * missing]
        fields = dict(zip(self.places, self._pick(padded), strict=True))
        moved = self.layout.translate(fields, self.harm_types) if self.layout.translate else {}
        return fields, moved

    def surplus(self, cells: Sequence[str]) -> int | None:
        """The index at which a row goes beyond its header, when any of the cells from there on has something in it."""
        width = len(self.header)
        return width if len(cells) > width and has_something(cells[width:]) else None

    def unread(self, cells: Sequence[str]) -> Iterator[tuple[int, str]]:
        """The cells of a row, with their indexes, that no field is read from."""
        return ((index, cells[index]) for index in self._unread if index < len(cells))

    def is_left_out(self, index: int) -> bool:
        """Whether a person chose to leave the column out, rather than that nothing is known of it."""
        return index in self._left_out

    def index_of(self, place: str) -> int | None:
        """Where a place stands in the file."""
        return self.places.get(place)


def has_something(cells: Sequence[str]) -> bool:
    """Whether anything is in them. Spaces, tabs and line ends are nothing, other control characters are something."""
    text = "".join(cells)
    return bool(text.strip() or _SPACE_CONTROL.search(text))


def plain(name: str) -> str:
    """A column name without outer spaces, byte-order marks and case."""
    return name.strip().strip("\ufeff").strip().lower()


def is_errors_file(header: Sequence[str]) -> bool:
    """Whether a header has a column that only the errors file adds."""
    return any(plain(name) in ERROR_COLUMNS for name in header)


def recognise(header: Sequence[str], layouts: Sequence[Layout], choices: Choices | None = None) -> Columns:
    """What the columns of a header hold.

    Raises `FileRefused`: no_header when no name is known, duplicate_header when a known one stands twice (unknown ones
    may, they are ignored), missing_column when a needed one is absent.
    """
    choices = choices or Choices()
    layout = _mapped(choices) if choices.columns else _best(header, layouts)
    names = [plain(name) for name in header]
    places: dict[str, int] = {}
    for index, name in enumerate(names):
        if place := layout.columns.get(name):
            if place in places:
                raise refused("duplicate_header", f"The column {place_name(layout, place)} appears twice")
            places[place] = index
    _check_needed(layout, places)
    known = {*layout.columns, *layout.ignored, *ERROR_COLUMNS}
    unknown = tuple(cell.strip() for cell, name in zip(header, names, strict=True) if name and name not in known)
    repaired = is_errors_file(header)
    harm_types = layout.harm_types if choices.harm_types is None else choices.harm_types
    read = {index for place, index in places.items() if place not in layout.unread}
    unread = tuple(index for index, name in enumerate(names) if index not in read and name not in ERROR_COLUMNS)
    chosen = layout.ignored if choices.columns else ()
    left_out = frozenset(index for index in unread if names[index] in chosen)
    return Columns(tuple(header), layout, places, unknown, harm_types, repaired, _picker(places), unread, left_out)


def known_names(header: Sequence[str], layouts: Sequence[Layout]) -> int:
    """How many columns of the best fitting layout a header names."""
    names = {plain(name) for name in header}
    return max(len(names & layout.columns.keys()) for layout in layouts)


def place_name(layout: Layout, place: str) -> str:
    """The column of a layout that holds a place, or the place itself where no column does."""
    return next((name for name, held in layout.columns.items() if held == place), place)


def _best(header: Sequence[str], layouts: Sequence[Layout]) -> Layout:
    return max(layouts, key=lambda layout: known_names(header, (layout,)))


def _mapped(choices: Choices) -> Layout:
    columns = {plain(name): place for name, place in choices.columns.items() if place in NATIVE}
    ignored = frozenset(plain(name) for name, place in choices.columns.items() if not place)
    return Layout("mapped", columns, NEEDED, ignored)


def _check_needed(layout: Layout, places: Mapping[str, int]) -> None:
    if not places:
        raise refused("no_header", "The first line of the file names no column that is known here")
    missing = [place for place in layout.needs if place not in places]
    if missing:
        names = ", ".join(place_name(layout, place) for place in missing)
        raise refused("missing_column", f"The file has no column {names}")


def _picker(places: Mapping[str, int]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    indices = tuple(places.values())
    if len(indices) == 1:
        return lambda cells: (cells[indices[0]],)
    return itemgetter(*indices)
