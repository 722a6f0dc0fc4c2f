"""Taking back what one's own company shared: a contribution, an incident, an upload, or everything on leaving."""

from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from audit.events import Event
from audit.record import PORTAL, Actor, record
from lantern.lib.bell import ring
from lantern.lib.tenancy import acting_as_system
from participants.models import Member, Participant
from signals.end_reasons import DEPARTED, END_REASONS, WITHDRAWAL_REASONS
from signals.ending import end_contributions, lock_signals
from signals.models import Contribution, ContributionState, Incident, Upload, UploadChunk, UploadState, Withdrawal
from signals.models.contribution import ContributionQuerySet
from signals.notices import signals_changed

SLICE = 500
CARRY_ON = "signals.carry_on_withdrawal"

Target = Contribution | Incident | Upload


class NothingInForce(Exception):
    """There is nothing to take back: it has ended already, or somebody was quicker."""


class ReasonMissing(Exception):
    """A withdrawal has one of the known reasons, in words where that reason wants them."""


class StillRunning(Exception):
    """An upload that is still being checked or shared is cancelled, or waited for, before it is withdrawn."""


@transaction.atomic
def withdraw(target: Target, *, reason: str, by: Member, words: str = "") -> Withdrawal:
    """Take back what `by`'s company said, as far as it is in force. Few at once, many by a worker.

    The file of an upload that is taken back goes at once.

    Raises `ReasonMissing`, `StillRunning`, and `NothingInForce` (also for what is another company's).
    """
    chosen = WITHDRAWAL_REASONS.get(reason)
    if chosen is None or (chosen.needs_words and not words):
        raise ReasonMissing
    if isinstance(target, Upload) and target.state not in (UploadState.DONE, UploadState.CANCELLED):
        raise StillRunning
    withdrawal = Withdrawal(participant=by.participant, by_id=by.user_id, reason=reason, **_concerning(target))
    withdrawal.seal_words(words)
    if isinstance(target, Upload):
        UploadChunk.objects.filter(upload=target).delete()
    return _begin(withdrawal, by=by)


@transaction.atomic
def withdraw_everything(participant: Participant, *, by: Actor = PORTAL) -> Withdrawal | None:
    """Take back all that a participant shared, because it leaves; None where nothing is in force."""
    try:
        with acting_as_system():
            return _begin(Withdrawal(participant=participant, by_id=by.user_id, reason=DEPARTED.name), by=by)
    except NothingInForce:
        return None


def in_force_of(participant_id: int, target: Target | None = None) -> ContributionQuerySet:
    """The participant's own contributions in force: all of them, or those of one thing.

    A contribution stands for what its participant says of the signal: a later word in its place is meant too.
    """
    return _said_by(participant_id, target).in_force()


def carry_on(withdrawal_id: UUID) -> None:
    """End what is left of a withdrawal, slice by slice. May be called any number of times, by anyone, at once."""
    while _slice(withdrawal_id):
        pass


def unfinished() -> list[UUID]:
    """The withdrawals that are not at their end. As the portal."""
    return list(Withdrawal.objects.filter(finished_at__isnull=True).values_list("pk", flat=True))


def _said_by(participant_id: int, target: Target | None) -> ContributionQuerySet:
    """The same, whether it is in force or not."""
    said = Contribution.objects.filter(participant=participant_id)
    match target:
        case Contribution():
            return said.filter(signal__in=said.filter(pk=target.pk).values("signal"))
        case Incident():
            return said.filter(incident=target)
        case Upload():
            return said.filter(upload=target)
    return said


def _concerning(target: Target) -> dict[str, Target]:
    name = {Contribution: "contribution", Incident: "incident", Upload: "upload"}[type(target)]
    return {name: target}


def _begin(withdrawal: Withdrawal, *, by: Actor) -> Withdrawal:
    number = in_force_of(withdrawal.participant_id, _target(withdrawal)).count()
    if not number:
        raise NothingInForce
    withdrawal.save()
    goes_on = _slice(withdrawal.pk)
    withdrawal.refresh_from_db(fields=["ended", "finished_at"])
    if goes_on:
        ring(CARRY_ON, withdrawal_id=str(withdrawal.pk))
    elif not withdrawal.ended:
        raise NothingInForce
    told = next((name for name in ("contribution", "incident", "upload") if getattr(withdrawal, f"{name}_id")), "all")
    number = number if goes_on else withdrawal.ended
    record(Event.WITHDRAWN, withdrawal, by=by, reason=withdrawal.reason, what=told, contributions=number)
    return withdrawal


def _left(withdrawal: Withdrawal) -> ContributionQuerySet:
    """What is still in force of what was there when it was asked for, or has taken the place of that since."""
    asked_at = withdrawal.asked_at
    said = _said_by(withdrawal.participant_id, _target(withdrawal))
    replaced = said.filter(state=ContributionState.SUPERSEDED, shared_at__lte=asked_at, ended_at__gte=asked_at)
    speaks_of_the_same = Exists(replaced.filter(signal=OuterRef("signal")))
    return said.in_force().filter(Q(shared_at__lte=asked_at) | speaks_of_the_same)


def _target(withdrawal: Withdrawal) -> Target | None:
    return withdrawal.contribution or withdrawal.incident or withdrawal.upload


def _slice(withdrawal_id: UUID) -> bool:
    """End the next contributions together with the count of them; False when none are left, or another does it."""
    with acting_as_system():
        open_ones = Withdrawal.objects.filter(pk=withdrawal_id, finished_at__isnull=True)
        withdrawal = open_ones.select_for_update(skip_locked=True, of=("self",)).first()
        if withdrawal is None:
            return False
        seen = list(_left(withdrawal).order_by("pk").values_list("pk", flat=True)[:SLICE])
        # Whoever was saying something else of these signals has said it once they are locked.
        next_ones = list(_left(withdrawal).filter(signal__in=lock_signals(seen)).values_list("pk", flat=True))
        reason = END_REASONS[withdrawal.reason].name
        number, _ = end_contributions(next_ones, state=ContributionState.WITHDRAWN, reason=reason)
        is_last = len(seen) < SLICE
        open_ones.update(ended=F("ended") + number, finished_at=Now() if is_last else None)
        transaction.on_commit(_tell)
        return not is_last


def _tell() -> None:
    signals_changed.send(sender=Withdrawal)
