"""Counting and paging that stay quick however long the list is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

MOST = 1_000
PAGE = 50


@dataclass(frozen=True)
class Capped:
    """A count up to a cap: `number` is exact unless `is_capped`."""

    number: int
    is_capped: bool

    @property
    def label(self) -> str:
        """ "37" or "1,000+"."""
        return f"{self.number:,}+" if self.is_capped else f"{self.number:,}"


def capped_count(rows: models.QuerySet[Any], most: int = MOST) -> Capped:
    """How many rows there are, counted no further than one beyond `most`."""
    return capped(rows.order_by()[: most + 1].values("pk").count(), most)


def capped(number: int, most: int) -> Capped:
    """A count of rows that went no further than one beyond `most`."""
    return Capped(min(number, most), number > most)


def first_page(rows: models.QuerySet[Any], size: int = PAGE) -> tuple[Sequence[Any], bool]:
    """The first `size` rows and whether there are more. Narrow `rows` to those behind the last key seen (keyset)."""
    found = list(rows[: size + 1])
    return found[:size], len(found) > size
