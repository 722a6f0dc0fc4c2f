"""Harm types for the rows of a ThreatExchange file that name none: counted, told, and chosen for that file alone."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from audit.events import Event
from audit.record import record
from lantern.lib.seal import seal
from participants.models import Member
from signals.columns import Choices
from signals.intake import earlier_upload
from signals.kinds import KINDS
from signals.limits import Limits
from signals.mapping import NotReady, read_anew
from signals.models import Upload, UploadState
from signals.models.upload import CHOSEN_HARM_TYPES
from signals.reader import open_table
from signals.threatexchange import HASHES, INDICATOR_TYPES, USUAL_HARM_TYPES
from signals.vocabulary import HARM_TYPES, harm_labels


@dataclass(frozen=True)
class KindGroup:
    """Kinds for which harm types are chosen together."""

    name: str
    label: str
    kinds: frozenset[str]


GROUPS = (
    KindGroup("hashes", "Hashes", frozenset(HASHES)),
    KindGroup("others", "All other kinds", frozenset(INDICATOR_TYPES.values()) - frozenset(HASHES)),
)


@dataclass(frozen=True)
class Untagged:
    """The rows of a file, of one group of kinds, that no tag names a harm type in, and what is said of them now."""

    group: KindGroup
    kinds: tuple[str, ...]
    rows: int
    harm_types: tuple[str, ...]

    @property
    def rows_label(self) -> str:
        """How many rows, and of which kinds."""
        kinds = ", ".join(KINDS[kind].label for kind in self.kinds)
        return f"{self.rows:,} {'row' if self.rows == 1 else 'rows'} ({kinds})"

    @property
    def told(self) -> str:
        """What becomes of them, in one sentence."""
        they_are = "it is" if self.rows == 1 else "they are"
        if not self.harm_types:
            return f"In {self.rows_label} no tag names a harm type; {they_are} rejected."
        read_as = ", ".join(harm_labels(self.harm_types))
        return f"In {self.rows_label} no tag names a harm type; where all else is well {they_are} read as {read_as}."


def count_untagged(content: Iterable[bytes], limits: Limits) -> dict[str, int]:
    """How many rows of a ThreatExchange file have no tag that names a harm type, by kind."""
    table = open_table(content, limits, Choices(harm_types={}))
    columns, found = table.columns, Counter[str]()
    for _, cells in table:
        fields, _ = columns.fields(cells)
        if not fields["harm_types"] and columns.surplus(cells) is None:
            found[fields["kind"]] += 1
    return {kind: found[kind] for kind in KINDS if kind in found}


def untagged_in(upload: Upload) -> list[Untagged]:
    """The groups of kinds of which the file has such rows; none for other files."""
    counted = upload.untagged or {}
    chosen = USUAL_HARM_TYPES if upload.harm_types is None else upload.harm_types
    found = []
    for group in GROUPS:
        if kinds := tuple(kind for kind in KINDS if kind in group.kinds and kind in counted):
            rows = sum(counted[kind] for kind in kinds)
            found.append(Untagged(group, kinds, rows, tuple(chosen.get(kinds[0], ()))))
    return found


def to_choose_for(upload: Upload) -> list[Untagged]:
    """Those for which harm types can be chosen now: nothing of the file is shared yet, and nobody is asked to agree."""
    return untagged_in(upload) if upload.state == UploadState.READY else []


@transaction.atomic
def choose_harm_types(upload: Upload, chosen: Mapping[str, Sequence[str]], *, by: Member) -> None:
    """Read the file anew with these harm types (group of kinds → names) in rows that name none; no names reject them.

    Raises `NotReady`, also for a file that has no such row.
    """
    if not to_choose_for(upload):
        raise NotReady
    said = {group.name: [name for name in HARM_TYPES if name in chosen.get(group.name, ())] for group in GROUPS}
    by_kind = {kind: said[group.name] for group in GROUPS for kind in sorted(group.kinds)}
    read_anew(upload, sealed_harm_types=_sealed(by_kind, upload))
    record(Event.UPLOAD_HARM_TYPES_CHOSEN, upload, by=by, **said)


def chosen_before(upload: Upload) -> bytes | None:
    """What was chosen for the very same file earlier, sealed for this upload: so that it is read the same way again."""
    earlier = earlier_upload(upload)
    chosen = earlier.harm_types if earlier else None
    return None if chosen is None else _sealed(chosen, upload)


def _sealed(by_kind: Mapping[str, Sequence[str]], upload: Upload) -> bytes:
    return seal(json.dumps(dict(by_kind)), CHOSEN_HARM_TYPES, upload.pk)
