"""The column dictionary of the native header (design 8.2), as the upload page and the docs tell it."""

from collections.abc import Iterable
from dataclasses import dataclass

from signals.kinds import KINDS
from signals.limits import TEXT_LENGTHS, VALUE_LENGTH
from signals.vocabulary import HARM_TYPES, SEVERITIES, TLP


@dataclass(frozen=True)
class ColumnEntry:
    """One column: when it is needed, and what it holds."""

    name: str
    needed: str
    holds: str


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


_NEED_SERVICE = _listed(kind.name for kind in KINDS.values() if kind.needs_service)

COLUMN_DICTIONARY = (
    ColumnEntry("kind", "yes", f"One of {_listed(KINDS)}."),
    ColumnEntry("value", "yes", f"The identifier, hash or phrase, up to {VALUE_LENGTH:,} characters."),
    ColumnEntry("service", f"for {_NEED_SERVICE}", "The service it is on, such as northwind."),
    ColumnEntry("harm_types", "yes", f"One or more of {_listed(HARM_TYPES)}, with ; between several."),
    ColumnEntry("severity", "no, medium", f"One of {_listed(SEVERITIES)}."),
    ColumnEntry("confidence", "no", "A whole number from 0 to 100."),
    ColumnEntry("observed_at", "no, time of upload", "ISO 8601, not in the future; without a zone it is UTC."),
    ColumnEntry("incident", "no", f"Your own case reference, up to {TEXT_LENGTHS['incident']} characters."),
    ColumnEntry("policy", "no", f"The policy of yours it broke, up to {TEXT_LENGTHS['policy']} characters."),
    ColumnEntry("note", "no", f"Up to {TEXT_LENGTHS['note']:,} characters. Never a victim's identity."),
    ColumnEntry("tlp", "no, AMBER", f"One of {_listed(TLP)}."),
    ColumnEntry(
        "expires_at", "no, by kind", "ISO 8601, in the future; one later than the kind allows is brought back to that."
    ),
)
