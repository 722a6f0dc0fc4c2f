"""How much one upload may hold, handed in by whoever reads a file, so that nothing here looks at settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field

VALUE_LENGTH = 2_048
"""Code points of a value, as it was given and as it is kept (design 8.2)."""

TEXT_LENGTHS: Mapping[str, int] = {"service": 64, "incident": 64, "policy": 200, "note": 1_000}
"""Code points of the other free texts (design 8.2)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of an installation: bytes and data rows of a file, and days by kind where they are not its default."""

    max_bytes: int = 50_000_000
    max_rows: int = 500_000
    retention_days: Mapping[str, int] = field(default_factory=dict)


DEFAULT_LIMITS = Limits()
