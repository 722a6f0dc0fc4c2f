"""Putting right what one's own company said: a new word in the place of the old one, which stays as history."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models.functions import Now

from audit.events import Event
from audit.record import record
from lantern.lib.ids import new_id
from lantern.lib.tenancy import acting_as_system
from participants.models import Member
from signals.merge import refresh_signals
from signals.models import Contribution, ContributionState, Signal
from signals.models.contribution import seal_note
from signals.notices import contributions_ended, signals_changed

CORRECTED = "corrected"


class NotInForce(Exception):
    """The contribution has ended, or a later word took its place."""


@dataclass(frozen=True)
class Word:
    """What a participant says about a signal, as far as it can be put right."""

    harm_types: list[str]
    severity: int
    confidence: int | None
    observed_at: datetime
    policy: str
    note: str
    tlp: int


@transaction.atomic
def correct(contribution: Contribution, word: Word, *, by: Member) -> Contribution:
    """Say `word` in the place of `by`'s own contribution; it ends when that would have. Raises `NotInForce`."""
    Signal.objects.select_for_update().get(pk=contribution.signal_id)
    own = Contribution.objects.in_force().filter(pk=contribution.pk, participant=by.participant_id)
    if not own.update(state=ContributionState.SUPERSEDED, ended_at=Now()):
        raise NotInForce
    put_right = Contribution(
        id=new_id(),
        signal_id=contribution.signal_id,
        sharing_group_id=contribution.sharing_group_id,
        participant_id=contribution.participant_id,
        shared_by_id=by.user_id,
        upload_id=contribution.upload_id,
        incident_id=contribution.incident_id,
        expires_at=contribution.expires_at,
        harm_types=word.harm_types,
        severity=word.severity,
        confidence=word.confidence,
        observed_at=word.observed_at,
        policy=word.policy,
        tlp=word.tlp,
    )
    put_right.note = seal_note(word.note, put_right.pk)
    put_right.save(force_insert=True)
    refresh_signals([contribution.signal_id])
    fields = [name for name in Word.__dataclass_fields__ if _said(contribution, name) != getattr(word, name)]
    record(Event.CONTRIBUTION_CORRECTED, put_right, by=by, fields=fields)
    with acting_as_system():
        contributions_ended.send(sender=None, signals=[contribution.signal_id], ended=[], why=CORRECTED)
    transaction.on_commit(lambda: signals_changed.send(sender=Contribution))
    return put_right


def _said(contribution: Contribution, name: str) -> object:
    return contribution.shown_note if name == "note" else getattr(contribution, name)
