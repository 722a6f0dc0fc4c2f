"""Why a list is taken out: one table that the form and the events read."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExportReason:
    """One reason; `needs_words` whether the form asks for more."""

    name: str
    label: str
    needs_words: bool = False


EXPORT_REASONS: Mapping[str, ExportReason] = {
    reason.name: reason
    for reason in (
        ExportReason("matching", "To match on our own platform"),
        ExportReason("investigation", "For an investigation of ours"),
        ExportReason("quality", "To check the quality of what is shared"),
        ExportReason("legal", "For legal reasons"),
        ExportReason("other", "Another reason", needs_words=True),
    )
}
