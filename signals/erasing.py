"""Erasing a value on request, in every sharing group, with a proof that names nobody (docs/adr/0014)."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID, uuid4

from django.db import connection, transaction

from accounts.models import User
from audit.events import Event
from audit.record import record
from lantern.lib.tenancy import acting_as_system
from participants.models import SharingGroup
from signals.end_reasons import ERASED
from signals.ending import HELD, end_contributions
from signals.kinds import normal_form
from signals.limits import KEPT
from signals.models import (
    Contribution,
    ContributionState,
    Erasure,
    Relation,
    Signal,
    StagedRow,
    Upload,
    UploadChunk,
    UploadState,
)
from signals.models.signal import fingerprint_of
from signals.pdq_pages import forget
from signals.uploads import NotReady, cancel_upload


class NothingHeld(Exception):
    """The portal holds nothing of that value."""


class OnHold(Exception):
    """A legal hold keeps it."""


@transaction.atomic
def erase_value(*, kind: str, value: str, case: str, by: User, service: str = "") -> Erasure:
    """Wipe a value and everything that was said about it, wherever it was shared, and keep the proof.

    Raises `signals.faults.RowFault` for what is no value of its kind, `NothingHeld` and `OnHold`.
    """
    with acting_as_system():
        fingerprints = _fingerprints(kind, value, service)
        signals = _locked(fingerprints)
        contributions = Contribution.objects.filter(signal__in=signals)
        number = contributions.count()
        digest = _digest(signals)
        in_force = list(contributions.in_force().values_list("pk", flat=True))
        end_contributions(in_force, state=ContributionState.WITHDRAWN, reason=ERASED.name)
        _wipe(signals)
        _forget_files(fingerprints, by)
        erasure = Erasure(kind=kind, case=case, signals=len(signals), contributions=number, digest=digest, erased_by=by)
        erasure.save()
    record(Event.VALUE_ERASED, erasure, by=by, signals=len(signals), contributions=number, digest=digest)
    return erasure


def erasable(*, kind: str, value: str, service: str = "") -> int:
    """In how many sharing groups the value can be erased. Raises as `erase_value` does, and changes nothing."""
    with acting_as_system():
        return len(_found(_fingerprints(kind, value, service)))


def _fingerprints(kind: str, value: str, service: str) -> list[UUID]:
    normal, named = normal_form(kind, value, service, KEPT)
    groups = SharingGroup.objects.values_list("pk", flat=True)
    return [fingerprint_of(group, kind, named, normal) for group in groups]


def _locked(fingerprints: Sequence[UUID]) -> list[UUID]:
    """The signals of these fingerprints. Merges wait: one that waited for a row would look for it in vain."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE signals_signal IN EXCLUSIVE MODE")
    return _found(fingerprints)


def _found(fingerprints: Sequence[UUID]) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, id IN {HELD} FROM signals_signal WHERE fingerprint = ANY(%s) ORDER BY id", [list(fingerprints)]
        )
        found = cursor.fetchall()
    if not found:
        raise NothingHeld
    if any(held for _, held in found):
        raise OnHold
    return [signal for signal, _ in found]


def _digest(signals: Sequence[UUID]) -> str:
    """SHA-256 over the sealed values in the order of their ids, then over the sealed notes in theirs."""
    digest = hashlib.sha256()
    values = Signal.objects.filter(pk__in=signals).order_by("pk").values_list("value", flat=True)
    notes = Contribution.objects.filter(signal__in=signals).order_by("pk").values_list("note", flat=True)
    for sealed in (*values, *notes):
        digest.update(sealed or b"")
    return digest.hexdigest()


def _wipe(signals: Sequence[UUID]) -> None:
    """The value, its fingerprint, notes and relations."""
    for signal in signals:
        Signal.objects.filter(pk=signal).update(value=None, fingerprint=uuid4(), relations_due=True)
    said = Contribution.objects.filter(signal__in=signals)
    said.update(note=None)
    Relation.objects.filter(signal__in=signals).delete()
    forget(signals)


def _forget_files(fingerprints: Sequence[UUID], by: User) -> None:
    """Cancel unshared uploads of the value, and forget the files of all that are over.

    Nobody can tell what their rejected rows hold. What is being shared at this moment is left to its end.
    """
    staged = StagedRow.objects.filter(fingerprint__in=fingerprints)
    for upload in Upload.objects.filter(state__in=UploadState.unshared(), pk__in=staged.values("batch")):
        with suppress(NotReady):
            cancel_upload(upload, by=by, why="erased")
    over = Upload.objects.exclude(state__in=UploadState.on_their_way())
    UploadChunk.objects.filter(upload__in=over).delete()
