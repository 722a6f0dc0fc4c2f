"""The one table of what a decision can be. Page, form, service, figures and docs read the same rows."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """A measure's unit. Units are never added up."""

    name: str
    label: str
    singular: str


@dataclass(frozen=True)
class DismissalReason:
    """Why a signal led to nothing. `needs_words`: the reason has to be told. `rejects`: it says the signal is wrong."""

    name: str
    label: str
    needs_words: bool = False
    rejects: bool = False


@dataclass(frozen=True)
class ReopeningReason:
    """Why a decided review is looked at again."""

    name: str
    label: str
    needs_words: bool = False


@dataclass(frozen=True)
class Verdict:
    """What an analyst concluded. A verdict has measures or a dismissal reason, never both."""

    name: str
    label: str
    has_measures: bool


UNITS: Mapping[str, Unit] = {
    unit.name: unit
    for unit in (
        Unit("accounts_disabled", "accounts disabled", "account disabled"),
        Unit("accounts_restricted", "accounts restricted", "account restricted"),
        Unit("content_removed", "pieces of content removed", "piece of content removed"),
        Unit("urls_blocked", "URLs blocked", "URL blocked"),
        Unit("reports_ncmec", "reports to NCMEC", "report to NCMEC"),
        Unit("referrals", "referrals to law enforcement", "referral to law enforcement"),
    )
}

DISMISSALS: Mapping[str, DismissalReason] = {
    reason.name: reason
    for reason in (
        DismissalReason("not_on_platform", "Not on our platform"),
        DismissalReason("no_violation", "No violation found", rejects=True),
        DismissalReason("not_enough_information", "Not enough information"),
        DismissalReason("wrong_identity", "Wrong identity", rejects=True),
        DismissalReason("already_known", "Already known and dealt with"),
        DismissalReason("out_of_date", "Out of date"),
        DismissalReason("other", "Other", needs_words=True),
    )
}
REJECTIONS = [reason.name for reason in DISMISSALS.values() if reason.rejects]
"""The reasons that say of a signal that it is wrong."""

ACTIONED = Verdict("actioned", "Actioned", has_measures=True)
DISMISSED = Verdict("dismissed", "Dismissed", has_measures=False)
VERDICTS: Mapping[str, Verdict] = {verdict.name: verdict for verdict in (ACTIONED, DISMISSED)}

REOPENINGS: Mapping[str, ReopeningReason] = {
    reason.name: reason
    for reason in (
        ReopeningReason("new_information", "There is new information"),
        ReopeningReason("mistake", "The decision was a mistake"),
        ReopeningReason("appeal", "An appeal was made"),
        ReopeningReason("signal_changed", "The signal was corrected, disputed or taken back"),
        ReopeningReason("other", "Another reason", needs_words=True),
    )
}
