"""How far two people agree beyond chance."""

from collections import Counter
from collections.abc import Sequence


def cohens_kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa of (first, second) votes: 1 is full agreement, 0 what chance alone would give.

    (p_o - p_e) / (1 - p_e), J. Cohen, "A coefficient of agreement for nominal scales", 1960. None where it says
    nothing: without pairs, and where both sides always gave the same one answer.
    """
    if not pairs:
        return None
    total = len(pairs)
    observed = sum(first == second for first, second in pairs) / total
    firsts, seconds = Counter(first for first, _ in pairs), Counter(second for _, second in pairs)
    expected = sum(firsts[name] * seconds[name] for name in firsts) / total**2
    return None if expected == 1 else (observed - expected) / (1 - expected)
