"""Which column of a file holds what, where its header does not say it: told once, kept for the next file."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from audit.events import Event
from audit.record import record
from lantern.lib.bell import ring
from lantern.lib.csvfile import unguarded
from lantern.lib.ids import new_id
from lantern.lib.seal import keyring, seal
from lantern.lib.tenancy import acting_as_system
from participants.models import Member
from signals.columns import ERROR_COLUMNS, NATIVE, NEEDED, Choices, known_names, plain, recognise
from signals.detecting import BY_LENGTH, ReadLine, read_line
from signals.intake import WORK_ON_UPLOAD
from signals.models import ColumnName, StagedRow, Upload, UploadChunk, UploadState
from signals.models.column_name import COLUMN_NAME
from signals.models.upload import MAPPING
from signals.reader import LAYOUTS
from signals.threatexchange import LAYOUT as THREAT_EXCHANGE

MAPPABLE = frozenset({"no_header", "missing_column"})
"""File codes for which the file is kept a while, so that its columns can be mapped."""
UNLIKE_NAMES = frozenset({"email", "phone", "url"}).union(*BY_LENGTH.values())
"""Kinds whose values are never the name of a column."""
MOST_COLUMNS = 60
KEPT = timedelta(days=1)
"""How long a file waits for its columns to be mapped."""


class NotReady(Exception):
    """The upload is not in the state for this, or its file is gone."""


class Unmapped(Exception):
    """A needed column is missing, or two columns hold the same. `fields` are the known columns it is about."""

    def __init__(self, fields: Sequence[str], *, twice: bool = False) -> None:
        super().__init__(", ".join(fields))
        self.fields = list(fields)
        self.twice = twice


@dataclass(frozen=True)
class FileColumn:
    """A column of a file that a person may map: where it stands (from 0), its name, and what it holds now or ""."""

    index: int
    name: str
    field: str

    @property
    def shown_name(self) -> str:
        """Its name as a page shows it."""
        return shown_name(self.name)

    @property
    def is_value(self) -> bool:
        """Whether its name reads as a value: then the file has a row where its header belongs."""
        return _value_in(self.name) is not None


def shown_name(name: str) -> str:
    """The name of a column as a page shows it: masked where it reads as a value."""
    value = _value_in(name)
    return value.masked if value else name


def names_of(participant_id: int) -> dict[str, str]:
    """What the participant calls the known columns: name → known column, "" for what it leaves out."""
    return {row.name: row.field for row in ColumnName.objects.filter(participant=participant_id)}


def choices_for(header: Sequence[str], names: Mapping[str, str]) -> dict[str, str]:
    """The mapping of a header by the names its participant gave; empty where none of them is in it, or needed.

    A column that bears a known name holds what it says. Files of ThreatExchange are read as they are.
    """
    if _is_threat_exchange(header):
        return {}
    columns = {name: name for name in map(plain, header) if name in NATIVE}
    known = dict(columns)
    for name in map(plain, header):
        field = names.get(name)
        if field is not None and name not in columns and (not field or field not in columns.values()):
            columns[name] = field
    return columns if columns != known and any(columns.values()) else {}


def as_choices(mapping: Mapping[str, str]) -> Choices:
    """For the reader."""
    return Choices(columns=mapping)


def choices_of(upload: Upload) -> Choices:
    """Everything that was chosen for an upload, for the reader."""
    return Choices(columns=upload.mapping, harm_types=upload.harm_types)


def seal_mapping(mapping: Mapping[str, str], upload_id: UUID) -> bytes | None:
    """For the upload's row; None where there is nothing to keep."""
    return seal(json.dumps(dict(mapping)), MAPPING, upload_id) if mapping else None


def mappable(header: Sequence[str], mapping: Mapping[str, str]) -> list[FileColumn]:
    """The columns a person may map: those that do not bear a known name."""
    if _is_threat_exchange(header):
        return []
    found, seen = [], set()
    for index, name in enumerate(header):
        named = plain(name)
        if named and named not in NATIVE and named not in ERROR_COLUMNS and named not in seen:
            seen.add(named)
            found.append(FileColumn(index, name.strip(), mapping.get(named, "")))
    return found[:MOST_COLUMNS]


def left_out(header: Sequence[str], mapping: Mapping[str, str]) -> list[str]:
    """The columns of a file that are not read, by the names that a page shows. Raises `FileRefused` as reading does."""
    columns = recognise(header, LAYOUTS, as_choices(mapping))
    chosen = columns.layout.ignored if mapping else frozenset[str]()
    names = dict.fromkeys(name.strip() for name in header)
    return [shown_name(name) for name in names if name in columns.unknown or plain(name) in chosen]


@transaction.atomic
def map_columns(upload: Upload, header: Sequence[str], chosen: Mapping[int, str], *, by: Member) -> None:
    """Read the file anew with these columns (index → known column or ""), and remember them for the participant.

    Raises `NotReady`, and `Unmapped` where a needed column is missing or one is named twice.
    """
    read_anew(upload, sealed_mapping=seal_mapping(_complete(header, chosen), upload.pk))
    _remember(header, chosen, by)
    record(Event.UPLOAD_MAPPED, upload, by=by, fields=sorted(field for field in chosen.values() if field))


def read_anew(upload: Upload, **chosen: Any) -> None:
    """Have its file checked from the beginning, with what was chosen in these columns of its row.

    For whoever holds a transaction. Raises `NotReady`.
    """
    to: dict[str, Any] = {
        "state": UploadState.CHECKING, "refusal": "", "rows_total": None, "rows_checked": 0, "last_number": 0,
        "expiries_shortened": 0, "counts": {}, "check_number": upload.check_number + 1,
        "needs_approval": False, "decided_by": None, "decided_at": None, "declined_words": None, "asked_by": None,
        "asked_at": None, "started_at": None, "finished_at": None, "touched_at": Now(), **chosen,
    }  # fmt: skip
    refused = Upload.objects.filter(state=UploadState.REFUSED, refusal__in=MAPPABLE)
    open_ones = Upload.objects.filter(state=UploadState.READY) | refused
    there = UploadChunk.objects.filter(upload=upload).exists()
    if not there or not open_ones.filter(pk=upload.pk, check_number=upload.check_number).update(**to):
        raise NotReady
    StagedRow.objects.filter(batch=upload.pk).delete()
    ring(WORK_ON_UPLOAD, upload_id=str(upload.pk))


def forget_file(upload: Upload) -> None:
    """The file of an upload that was refused is not to be mapped."""
    UploadChunk.objects.filter(upload=upload, upload__state=UploadState.REFUSED).delete()


def forget_unmapped() -> int:
    """Remove the files whose columns nobody mapped; how many pieces. Safe to run twice."""
    with acting_as_system():
        over = Upload.objects.filter(state=UploadState.REFUSED, finished_at__lt=Now() - KEPT)
        return UploadChunk.objects.filter(upload__in=over).delete()[0]


def _complete(header: Sequence[str], chosen: Mapping[int, str]) -> dict[str, str]:
    """The whole mapping: columns that bear a known name, and the chosen ones."""
    mapping = {name: name for name in map(plain, header) if name in NATIVE}
    fields = list(mapping.values())
    for column in mappable(header, {}):
        mapping[plain(column.name)] = field = chosen.get(column.index, "")
        fields += [field] if field else []
    if twice := sorted({field for field in fields if fields.count(field) > 1}):
        raise Unmapped(twice, twice=True)
    if missing := [field for field in NEEDED if field not in fields]:
        raise Unmapped(missing)
    return mapping


def _remember(header: Sequence[str], chosen: Mapping[int, str], by: Member) -> None:
    for column in mappable(header, {}):
        name = plain(column.name)
        fingerprint = keyring().fingerprint("column", str(by.participant_id), name)
        known = ColumnName.objects.filter(participant=by.participant_id, fingerprint=fingerprint)
        field = chosen.get(column.index, "")
        if not known.update(field=field, chosen_at=Now()):
            row_id = new_id()
            sealed = seal(name, COLUMN_NAME, row_id)
            ColumnName.objects.create(
                id=row_id, participant=by.participant, fingerprint=fingerprint, sealed_name=sealed, field=field
            )


def _value_in(name: str) -> ReadLine | None:
    line = read_line(0, unguarded(name.strip().strip("\ufeff")))
    return line if any(reading.kind in UNLIKE_NAMES for reading in line.readings) else None


def _is_threat_exchange(header: Sequence[str]) -> bool:
    return known_names(header, (THREAT_EXCHANGE,)) > known_names(header, LAYOUTS[:1])
