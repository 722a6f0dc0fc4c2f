"""Words and phrases that sellers and groomers use among themselves."""

from typing import ClassVar

from lantern.lib.folding import settle
from signals.faults import InvalidValue
from signals.kinds.base import HIDDEN, Basis, Kind, head
from signals.kinds.text import nfkc_folded


class Keyword(Kind):
    """A phrase in any script, to be matched and not to be read."""

    name: ClassVar[str] = "keyword"
    label: ClassVar[str] = "Keyword"
    basis: ClassVar[Basis] = "content"

    def normalise(self, value: str) -> str:
        """NFKC, case-folded, single spaces between words and none around them."""
        phrase = " ".join(value.lower().split()) if value.isascii() else settle(_spaced, value)
        if not phrase:
            raise InvalidValue
        return phrase

    def masked(self, normal: str) -> str:
        return f"{head(normal, 1)}{HIDDEN}"


def _spaced(text: str) -> str:
    return " ".join(nfkc_folded(text).split())
