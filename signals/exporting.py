"""Taking a list out: asked for with a reason, agreed to by a second person where it is long, recorded each time."""

from collections.abc import Iterator, Mapping

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, Greatest, Now

from audit.events import Event
from audit.record import record
from lantern.lib.csvfile import rows_as_csv
from lantern.lib.paging import capped_count
from lantern.lib.seal import seal
from participants.models import Member
from signals.export_reasons import EXPORT_REASONS
from signals.filters import SignalFilter
from signals.models import Export, ExportState, Signal
from signals.models.handling import EXPORT_WORDS
from signals.models.signal import SignalQuerySet
from signals.vocabulary import TLP

COLUMNS = (
    "kind", "value", "service", "severity", "harm_types", "confidence", "companies", "tlp", "first_shared",
    "last_shared", "signal",
)  # fmt: skip
NEVER_LEAVES = TLP["RED"].rank


class ReasonMissing(Exception):
    """An export has one of the known reasons, in words where that reason wants them."""


class NothingToExport(Exception):
    """No signal of the list may leave the portal."""


class TooLong(Exception):
    """The list is longer than any export may be."""


class NotReady(Exception):
    """The export is not in the state for this, or the person is not the one for it."""


@transaction.atomic
def ask_for_export(query: Mapping[str, str], *, reason: str, by: Member, words: str = "") -> Export:
    """Ask to take out what the filter shows; a long list waits for a second person.

    Raises `ReasonMissing`, `NothingToExport` and `TooLong`.
    """
    chosen = EXPORT_REASONS.get(reason)
    if chosen is None or (chosen.needs_words and not words):
        raise ReasonMissing
    size = capped_count(exportable(query, by), settings.EXPORT_MAX_ROWS)
    if size.is_capped:
        raise TooLong
    if not size.number:
        raise NothingToExport
    is_long = size.number > settings.EXPORT_APPROVAL_ROWS
    state = ExportState.WAITING if is_long else ExportState.APPROVED
    export = Export(
        participant=by.participant, asked_by=by, query=dict(query), size=size.number, reason=reason, state=state
    )
    export.words = seal(words, EXPORT_WORDS, export.pk) if words else None
    export.save(force_insert=True)
    record(Event.EXPORT_ASKED, export, by=by, reason=reason, rows=size.number, waits=is_long)
    return export


@transaction.atomic
def decide_export(export: Export, *, agree: bool, by: Member) -> None:
    """Agree to a long export, or refuse it; never one's own. Raises `NotReady`."""
    waiting = Export.objects.filter(pk=export.pk, state=ExportState.WAITING).exclude(asked_by=by)
    state = ExportState.APPROVED if agree else ExportState.REFUSED
    if not waiting.update(state=state, decided_by=by, decided_at=Now()):
        raise NotReady
    record(Event.EXPORT_APPROVED if agree else Event.EXPORT_REFUSED, export, by=by, rows=export.size)


@transaction.atomic
def export_file(export: Export, *, by: Member) -> Iterator[str]:
    """The list as CSV: what of it is shared with `by` now, and nothing that came later. Raises `NotReady`.

    Only who asked for it takes it out.
    """
    if export.state != ExportState.APPROVED or export.asked_by_id != by.pk:
        raise NotReady
    signals = list(exportable(export.query, by).filter(first_shared_at__lte=export.asked_at)[: export.size + 1])
    if len(signals) > export.size:
        raise NotReady
    record(Event.SIGNALS_EXPORTED, export, by=by, rows=len(signals), reason=export.reason)
    return rows_as_csv(_rows(signals))


def exportable(query: Mapping[str, str], member: Member) -> QuerySet[Signal]:
    """What the filter shows and may leave the portal: nothing that is TLP:RED, for its contributors or the company."""
    narrowed = SignalFilter(query, member=member).narrow(Signal.objects.visible_to(member))
    handled: SignalQuerySet = narrowed.filter(contributor_count__gt=0).with_handling(member)  # type: ignore[attr-defined]
    strictest = Greatest(F("tlp"), Coalesce(F("own_tlp"), F("tlp")))
    return handled.alias(holds=strictest).filter(holds__lt=NEVER_LEAVES).order_by("-id")


def _rows(signals: list[Signal]) -> Iterator[tuple[object, ...]]:
    yield COLUMNS
    for signal in signals:
        yield (
            signal.kind,
            signal.plain_value,
            signal.service,
            signal.severity_row.name,
            ";".join(signal.harm_types),
            signal.confidence,
            signal.contributor_count,
            signal.handling_row.label,
            signal.first_shared_at.isoformat(timespec="seconds"),
            signal.last_shared_at.isoformat(timespec="seconds"),
            signal.pk,
        )
