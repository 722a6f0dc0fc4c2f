"""What a checked file holds before any of it is shared: its columns, the first rows of each outcome, its effect."""

from dataclasses import dataclass
from typing import Any

from lantern.lib.seal import unseal
from lantern.lib.tenancy import acting_as_system
from participants.policies import readers_of
from signals.counting import shareable
from signals.faults import FileRefused
from signals.jobs import limits, take_job
from signals.kinds import KINDS
from signals.mapping import FileColumn, mappable
from signals.models import Outcome, StagedRow, Upload, UploadState
from signals.models.signal import VALUE
from signals.reader import read_head
from signals.vocabulary import SEVERITY_BY_RANK, TLP, TLP_BY_RANK

FIRST_ROWS = 5
SHOWN = (Outcome.NEW, Outcome.CORROBORATED, Outcome.ALREADY_YOURS, Outcome.DUPLICATE)


@dataclass(frozen=True)
class FirstRow:
    """A good row as the preview shows it: masked."""

    number: int
    kind: str
    service: str
    masked: str
    severity: str
    tlp: str


def header_of(upload: Upload) -> tuple[str, ...]:
    """The column names of the file as it spells them; none where the file is gone or has none."""
    try:
        return read_head(take_job(upload.pk).content(), limits(), rows=0).header
    except FileRefused:
        return ()


def columns_of(upload: Upload, header: tuple[str, ...]) -> list[FileColumn]:
    """The columns a person may map, with what they hold now."""
    return mappable(header, upload.mapping)


def first_rows(upload: Upload) -> list[dict[str, Any]]:
    """The first rows of each outcome, while they wait to be shared: `label` and `rows`."""
    if upload.state not in (UploadState.READY, UploadState.WAITING):
        return []
    groups = []
    for outcome in SHOWN:
        staged = StagedRow.objects.filter(batch=upload.pk, outcome=outcome).order_by("number")[:FIRST_ROWS]
        if rows := [_shown(row) for row in staged]:
            groups.append({"name": outcome.value, "label": outcome.label[0].upper() + outcome.label[1:], "rows": rows})
    return groups


def effect_of(upload: Upload) -> str:
    """What sharing it does or did, in one sentence."""
    counts = upload.counts or {}
    if upload.state in (UploadState.READY, UploadState.WAITING) and not shareable(counts):
        return "No row of this file can be shared. Put the rows right and upload them again."
    new, others = counts.get(Outcome.NEW, 0), _readers(upload)
    known = shareable(counts) - new
    companies = f"{others:,} other {'company' if others == 1 else 'companies'}"
    seen = f"{signals_label(new)} %s visible to {companies}{_under(counts.get('by_tlp', {}))}"
    confirmed = f"{signals_label(known)} known already %s confirmed."
    match upload.state:
        case UploadState.READY | UploadState.WAITING:
            return _both(seen % "will become", confirmed % "will be", new, known)
        case UploadState.DONE:
            return _both(seen % "became", confirmed % "were", new, known)
        case UploadState.CANCELLED if upload.rows_applied:
            return f"{upload.rows_applied:,} rows were gone through before it ended. What was shared stays shared."
        case _:
            return "Nothing of it was shared, and its rows were not kept."


def _both(seen: str, confirmed: str, new: int, known: int) -> str:
    """What is new and what is confirmed, as far as there is any of it."""
    if not known:
        return f"{seen}."
    return f"{seen}; {confirmed}" if new else confirmed


def signals_label(number: int) -> str:
    """So many signals, in words."""
    return f"{number:,} signal" if number == 1 else f"{number:,} signals"


def _under(by_tlp: dict[str, int]) -> str:
    labels = [(level.label, by_tlp[name]) for name, level in TLP.items() if by_tlp.get(name)]
    if len(labels) == 1:
        return f" under {labels[0][0]}"
    told = ", ".join(f"{number:,} under {label}" for label, number in labels)
    return f" ({told})" if told else ""


def _readers(upload: Upload) -> int:
    with acting_as_system():
        return readers_of(upload.sharing_group).exclude(pk=upload.participant_id).count()


def _shown(row: StagedRow) -> FirstRow:
    assert row.value is not None
    assert row.signal_id is not None
    kind = KINDS[row.kind]
    masked = kind.mask(unseal(row.value, VALUE, row.signal_id))
    severity, tlp = SEVERITY_BY_RANK[row.severity or 2], TLP_BY_RANK[row.tlp or 2]
    return FirstRow(row.number, kind.label, row.service, masked, severity.label, tlp.label)
