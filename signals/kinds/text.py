"""Characters that several kinds treat alike. Sets are those of the Unicode Character Database, version 15."""

import re
from unicodedata import normalize

from lantern.lib.folding import settle

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
"""General category Cc."""

SURROGATE = re.compile("[\ud800-\udfff]")
"""Category Cs: halves of a pair that stand alone, which neither UTF-8 nor PostgreSQL can hold."""

DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Property Bidi_Control: they make text look like other text."""

ZERO_WIDTH = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Property Default_Ignorable_Code_Point, which is also what NFKC_Casefold takes out (UAX #31 and UAX #44)."""


def nfkc_folded(text: str) -> str:
    """NFKC and full case folding, stable under both."""
    return settle(lambda each: normalize("NFKC", normalize("NFKC", each).casefold()), text)
