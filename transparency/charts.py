"""Charts as SVG, drawn here: horizontal bars and months, from zero, for the page and for the PDF alike.

Lengths across are percentages, so letters keep their size at any width. Colours are attributes, which the page's
stylesheet overrides by class (both themes); the PDF takes them as they are. Nothing is drawn to scale that is not a
number: a suppressed cell is a hatched stub of one size, what nobody counted is a dotted line, and 0 is nothing at all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from transparency.reading import EXACT, SUPPRESSED, value_text

Row = dict[str, Any]
INK, MUTED, ACCENT, EDGE = "#1a211e", "#56615b", "#0f5c55", "#7d8983"
BAR_ROW, BAR_TOP, BAR_HEIGHT, STUB = 36, 19, 10, 24
PLOT_TOP, PLOT_HEIGHT, MONTHS_HEIGHT, MONTH_STUB = 20, 140, 190, 12


@dataclass(frozen=True)
class Chart:
    """One figure's rows, drawn. `name` is unique on its page."""

    name: str
    title: str
    kind: str
    rows: Sequence[Row]

    @property
    def is_worth_drawing(self) -> bool:
        """Whether there is anything to compare: several rows, and one of them a number above zero."""
        numbers = [row["value"] for row in self.rows if row["mark"] == EXACT]
        return self.kind != "none" and len(self.rows) > 1 and any(numbers)

    @property
    def description(self) -> str:
        """The same in words, row by row."""
        return "; ".join(f"{row['label']}: {value_text(row)}" for row in self.rows)

    def svg(self, width: str = "100%") -> SafeString:
        """A picture of its own. `width` is a length of SVG: all of the column on the page, pixels in print."""
        height = MONTHS_HEIGHT if self.kind == "months" else BAR_ROW * len(self.rows)
        marks = self._months() if self.kind == "months" else self._bars()
        return format_html(
            '<svg xmlns="http://www.w3.org/2000/svg" class="chart__svg" width="{}" height="{}" role="img"'
            ' aria-labelledby="{}-title {}-desc" font-family="Libertinus Serif" font-size="13">'
            '<title id="{}-title">{}</title><desc id="{}-desc">{}</desc>'
            '<defs><pattern id="{}-hatch" width="6" height="6" patternUnits="userSpaceOnUse"'
            ' patternTransform="rotate(45)"><rect class="chart__hatch" width="2" height="6" fill="{}"/></pattern>'
            "</defs>{}</svg>",
            width,
            height,
            *(self.name,) * 3,
            self.title,
            self.name,
            self.description,
            self.name,
            EDGE,
            mark_safe("".join(marks)),  # noqa: S308 -- each of them is made by format_html
        )

    def _bars(self) -> Iterator[SafeString]:
        most = max((row["value"] for row in self.rows if row["mark"] == EXACT), default=0) or 1
        for number, row in enumerate(longest_first(self.rows)):
            top = number * BAR_ROW
            yield _text("4", top + 13, row["label"], "start", INK)
            yield _text("100%", top + 13, value_text(row), "end", INK)
            yield self._mark(row, "0", top + BAR_TOP, f"{100 * (row['value'] or 0) / most:.2f}%", BAR_HEIGHT, STUB)
        yield _line("0", 0, "0", BAR_ROW * len(self.rows))

    def _months(self) -> Iterator[SafeString]:
        most = round_up(max((row["value"] for row in self.rows if row["mark"] == EXACT), default=0))
        step, bottom = 100 / len(self.rows), PLOT_TOP + PLOT_HEIGHT
        yield _line("0", PLOT_TOP, "100%", PLOT_TOP)
        yield _text("0", PLOT_TOP - 6, f"{most:,}", "start", MUTED)
        for number, row in enumerate(self.rows):
            left, width = f"{number * step + step * 0.15:.2f}%", f"{step * 0.7:.2f}%"
            tall = PLOT_HEIGHT * (row["value"] or 0) / most if row["mark"] == EXACT else MONTH_STUB
            yield self._mark(row, left, bottom - tall, width, tall, width)
            yield _text(f"{(number + 0.5) * step:.2f}%", bottom + 18, row["label"][:3], "middle", INK)
        yield _line("0", bottom, "100%", bottom)

    def _mark(self, row: Row, left: str, top: float, width: str, height: float, stub: float | str) -> SafeString:
        if row["mark"] == EXACT:
            found = '<rect class="chart__fill" x="{}" y="{}" width="{}" height="{}" fill="{}"/>'
            return _drawn(found, left, top, width, height, ACCENT) if row["value"] else SafeString("")
        fill, dashes = (f"url(#{self.name}-hatch)", "none") if row["mark"] == SUPPRESSED else ("none", "2 3")
        found = (
            '<rect class="chart__frame" x="{}" y="{}" width="{}" height="{}" fill="{}" stroke="{}"'
            ' stroke-dasharray="{}"/>'
        )
        return _drawn(found, left, top, stub, height, fill, EDGE, dashes)


def longest_first(rows: Sequence[Row]) -> list[Row]:
    """Numbers from the largest to 0, then what is suppressed, then what nobody counted."""
    order = {EXACT: 0, SUPPRESSED: 1}
    return sorted(rows, key=lambda row: (order.get(row["mark"], 2), -(row["value"] or 0)))


def round_up(number: float) -> int:
    """The next of 1, 2, 5, 10, 20, 50, … that is not below `number`; 1 for 0."""
    if number <= 1:
        return 1
    unit: int = 10 ** floor(log10(number))
    return next(step * unit for step in (1, 2, 5, 10) if step * unit >= number)


def _drawn(form: str, *values: object) -> SafeString:
    told = [f"{value:.2f}" if isinstance(value, float) else value for value in values]
    return format_html(form, *told)


def _text(x: str, y: float, words: str, anchor: str, fill: str) -> SafeString:
    kind = "chart__label" if fill == INK else "chart__axis-label"
    return _drawn(
        '<text class="{}" x="{}" y="{}" text-anchor="{}" fill="{}">{}</text>', kind, x, y, anchor, fill, words
    )


def _line(x1: str, y1: float, x2: str, y2: float) -> SafeString:
    form = '<line class="chart__axis" x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}"/>'
    return _drawn(form, x1, y1, x2, y2, EDGE)
