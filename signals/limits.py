"""How much one upload may hold, handed in by whoever reads a file, so that nothing here looks at settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field

VALUE_LENGTH = 2_048
"""Code points of a value as it is given (design 8.2)."""

TEXT_LENGTHS: Mapping[str, int] = {"service": 64, "incident": 64, "policy": 200, "note": 1_000}
"""Code points of the other free texts (design 8.2)."""


@dataclass(frozen=True, slots=True)
class Lengths:
    """Code points that a value and its service may have at most."""

    value: int
    service: int


GIVEN = Lengths(VALUE_LENGTH, TEXT_LENGTHS["service"])
"""Of what somebody shares."""

KEPT = Lengths(18 * GIVEN.value, 3 * GIVEN.service)
"""Of its normal forms, where they are read again: NFKC makes 18 characters of U+FDFA, a URL 12 of a picture; folding
and NFC make 3 of one in a service."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of an installation: bytes and data rows of a file, and days by kind where they are not its default.

    `lengths` are those of what somebody shares, unless what is kept is read again.
    """

    max_bytes: int = 50_000_000
    max_rows: int = 500_000
    retention_days: Mapping[str, int] = field(default_factory=dict)
    lengths: Lengths = GIVEN


DEFAULT_LIMITS = Limits()
