"""Names that are told apart by their letters and not by their case."""

from collections.abc import Callable
from unicodedata import normalize


def settle(step: Callable[[str], str], text: str) -> str:
    """Repeats `step` until nothing changes: folding may undo composition, and the other way round (UAX #15)."""
    while (after := step(text)) != text:
        text = after
    return text


def folded(text: str) -> str:
    """Case-folded and in NFC, stable under both, without spaces at its ends: how a service is kept."""
    return text.strip().lower() if text.isascii() else settle(_step, text)


def _step(text: str) -> str:
    return normalize("NFC", text.casefold()).strip()
