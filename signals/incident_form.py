"""One signal or one incident by hand: what is said once, and the identifiers it is said of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from django.db.models import QuerySet
from django.forms import BoundField
from django.http import QueryDict

from participants.models import SharingGroup
from signals.forms import IdentifierForm, ShareForm
from signals.rows import CheckedRow

MOST_IDENTIFIERS = 50
IDENTIFIER = tuple(IdentifierForm.base_fields)
SAID = tuple(name for name in ShareForm.base_fields if name != "attested")
"""What a draft keeps besides the identifiers. A person attests at the moment of sharing."""
SEVERAL = ("harm_types",)
TOO_MANY = f"One incident has at most {MOST_IDENTIFIERS} identifiers. Upload a file for more."

Cells = dict[str, str]


@dataclass
class Typed:
    """What stands in the form, as it was typed: the identifiers row by row, and the fields that all of them share."""

    rows: list[Cells] = field(default_factory=lambda: [blank()])
    said: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, data: QueryDict) -> "Typed":
        """From a request: each row sends its kind, service and value, and the browser keeps their order."""
        columns = [data.getlist(name) for name in IDENTIFIER]
        rows = [dict(zip(IDENTIFIER, cells, strict=True)) for cells in zip_longest(*columns, fillvalue="")]
        said = {name: data.getlist(name) if name in SEVERAL else data[name] for name in SAID if name in data}
        return cls(rows or [blank()], said)

    @classmethod
    def again(cls, kept: Mapping[str, Any]) -> "Typed":
        """From a draft."""
        return cls(list(kept["rows"]) or [blank()], dict(kept["said"]))

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed that would be missed."""
        words = [self.said.get(name) for name in ("policy", "incident", "note", "confidence", "harm_types")]
        return not any(map(any_of, self.rows)) and not any(words)

    def kept(self) -> dict[str, Any]:
        """For a draft."""
        return {"rows": self.rows, "said": self.said}


def blank() -> Cells:
    """An identifier with nothing in it."""
    return dict.fromkeys(IDENTIFIER, "")


def any_of(row: Cells) -> bool:
    """Whether a row has something in it."""
    return any(cell.strip() for cell in row.values())


class IncidentForm(ShareForm):
    """The shared fields, with a form for each identifier as `rows`. All are valid, or none is shared."""

    def __init__(self, *args: Any, rows: Sequence[IdentifierForm], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows
        self.checked_rows: list[CheckedRow] = []

    def clean(self) -> dict[str, Any]:
        """Checks each identifier together with what is said of all."""
        cleaned = super().clean() or {}
        if len(self.rows) > MOST_IDENTIFIERS:
            self.add_error(None, TOO_MANY)
        for row in self.rows:
            row.full_clean()
            if checked := self.judged(cleaned, row):
                self.checked_rows.append(checked)
        return cleaned

    def is_valid(self) -> bool:
        """Whether everything may be shared."""
        return super().is_valid() and not any(row.errors for row in self.rows)

    @property
    def may_grow(self) -> bool:
        """Whether there is room for another identifier."""
        return len(self.rows) < MOST_IDENTIFIERS

    @property
    def wrong(self) -> list[tuple[int, BoundField]]:
        """The fields to put right in the identifiers, with the number of their row."""
        return [(number, each) for number, row in enumerate(self.rows, 1) for each in row if each.errors]


def shown_form(typed: Typed, groups: QuerySet[SharingGroup]) -> IncidentForm:
    """The form with what was typed, nothing of it judged."""
    said = {name: value for name, value in typed.said.items() if value}
    return IncidentForm(initial=said, rows=_rows(typed.rows), groups=groups)


def judged_form(data: QueryDict, groups: QuerySet[SharingGroup]) -> IncidentForm:
    """The form of a request. Rows with nothing in them are let go where another one has something."""
    rows = Typed.of(data).rows
    filled = [row for row in rows if any_of(row)]
    return IncidentForm(data, rows=_rows(filled or rows[:1], bound=True), groups=groups)


def group_named(data: QueryDict, groups: QuerySet[SharingGroup]) -> SharingGroup | None:
    """The sharing group that a request names; the one there is, where there is only one."""
    only = list(groups[:2])
    if len(only) == 1:
        return only[0]
    text = data.get("group", "")
    return groups.filter(pk=int(text)).first() if text.isdecimal() and len(text) < len(str(2**63)) else None


def template_row() -> IdentifierForm:
    """An identifier without a number: what a script makes further ones of."""
    return IdentifierForm(auto_id="identifier_NUMBER_%s")


def _rows(rows: Sequence[Cells], *, bound: bool = False) -> list[IdentifierForm]:
    return [
        IdentifierForm(row if bound else None, initial=row, auto_id=f"identifier_{number}_%s")
        for number, row in enumerate(rows, 1)
    ]
