"""The one table of what a contributor can learn, and which outcome of a decision says which of it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class FeedbackKind:
    """One thing a contributor can learn. `outcomes` are the verdicts and dismissal reasons that say it."""

    name: str
    label: str
    meaning: str
    tone: str
    outcomes: tuple[str, ...]


FEEDBACK_KINDS: Mapping[str, FeedbackKind] = {
    kind.name: kind
    for kind in (
        FeedbackKind(
            "helped", "Helped", "They acted on it, or it bore out what they had acted on.", "ok",
            ("actioned", "already_known"),
        ),
        FeedbackKind(
            "not_on_platform", "Not on their platform", "They looked and found nothing of theirs.", "",
            ("not_on_platform",),
        ),
        FeedbackKind(
            "wrong", "Did not hold up", "They found no violation, or it was somebody else. Please look again.", "warn",
            ("no_violation", "wrong_identity"),
        ),
        FeedbackKind(
            "out_of_date", "Out of date", "What it pointed to is gone or has changed hands.", "", ("out_of_date",)
        ),
        FeedbackKind(
            "want_more", "Want to know more", "They could not decide with what it said. You can write to them.", "info",
            ("not_enough_information",),
        ),
    )
}  # fmt: skip

_BY_OUTCOME = {outcome: kind for kind in FEEDBACK_KINDS.values() for outcome in kind.outcomes}

REJECTS, ASKS = FEEDBACK_KINDS["wrong"], FEEDBACK_KINDS["want_more"]


def feedback_of(outcome: str) -> FeedbackKind | None:
    """What an outcome tells the contributor; None where it tells nothing ("other" is in words, and those stay)."""
    return _BY_OUTCOME.get(outcome)
