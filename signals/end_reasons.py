"""Why something is taken back: one table that the form, the pages and the figures read."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EndReason:
    """One reason. `told` is the sentence that readers see; `needs_words` whether the form asks for more."""

    name: str
    label: str
    told: str
    needs_words: bool = False


WITHDRAWAL_REASONS: Mapping[str, EndReason] = {
    reason.name: reason
    for reason in (
        EndReason("mistake", "Shared by mistake", "It was shared by mistake."),
        EndReason("wrong_identity", "Wrong person, account or content", "It named the wrong person or content."),
        EndReason("no_violation", "No violation on a second look", "A second look found no violation."),
        EndReason("appeal", "An appeal was upheld", "An appeal was upheld."),
        EndReason("out_of_date", "No longer true", "It is no longer true."),
        EndReason("legal", "For legal reasons", "It was taken back for legal reasons."),
        EndReason("other", "Another reason", "It was taken back for another reason.", needs_words=True),
    )
}
DEPARTED = EndReason("departed", "The participant left", "The company that shared it has left the programme.")
EXPIRED = EndReason("expired", "Its time was over", "Its time was over.")
ERASED = EndReason("erased", "Erased on request", "It was erased on request.")

END_REASONS: Mapping[str, EndReason] = {
    **WITHDRAWAL_REASONS,
    **{reason.name: reason for reason in (DEPARTED, EXPIRED, ERASED)},
}
"""Every reason for which a contribution can have ended, those of the portal itself included."""
