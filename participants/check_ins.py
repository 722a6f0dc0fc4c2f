"""Check-ins and practice reviews: planned, answered, signed off.

Whoever changes one locks its row first and the participant's second, so that an answer and the schedule never cross.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from audit.events import Event
from audit.record import PORTAL, Actor, record
from participants.lifecycle import missing_agreement, missing_check_ins
from participants.models import CheckIn, CheckInKind, Member, Participant, ParticipantState
from participants.services import move_participant

Given = Mapping[str, str | int | bool | None]


class NotOpen(Exception):
    """It is signed off already, or not answered yet: somebody was quicker, or the page was old."""


@transaction.atomic
def answer(check_in: CheckIn, answers: Given, *, by: Member) -> None:
    """Keep the participant's answers; they may be given again until staff have signed off. Raises `NotOpen`."""
    found = _locked(check_in)
    if found.signed_off_at:
        raise NotOpen
    found.seal_answers(answers)
    found.answered_at, found.answered_by_id = timezone.now(), by.user_id
    found.save(update_fields=["answers", "answered_at", "answered_by"])
    record(Event.CHECK_IN_ANSWERED, found, by=by, kind=found.kind)


@transaction.atomic
def send_back(check_in: CheckIn, *, remark: str, by: Actor) -> None:
    """Ask the participant to answer once more, and say why. Raises `NotOpen`.

    Its day does not change; what happens when nobody answers counts from now (`participants.keeping.due_step`).
    """
    found = _locked(check_in)
    if found.signed_off_at or not found.answered_at:
        raise NotOpen
    found.answered_at = found.answered_by = None
    found.remark, found.sent_back_at = remark, timezone.now()
    found.save(update_fields=["answered_at", "answered_by", "remark", "sent_back_at"])
    record(Event.CHECK_IN_SENT_BACK, found, by=by, kind=found.kind)


@transaction.atomic
def sign_off(check_in: CheckIn, *, by: Actor) -> None:
    """Accept the answers; a participant that was read-only for want of them takes part again. Raises `NotOpen`."""
    found = _locked(check_in)
    if found.signed_off_at or not found.answered_at:
        raise NotOpen
    found.signed_off_at, found.signed_off_by_id = timezone.now(), by.user_id
    found.save(update_fields=["signed_off_at", "signed_off_by"])
    record(Event.CHECK_IN_SIGNED_OFF, found, by=by, kind=found.kind)
    _let_take_part_again(found.participant, by=by)
    plan(found.participant, CheckInKind(found.kind))


def plan(participant: Participant, kind: CheckInKind) -> None:
    """Have one of that kind open for `participant`, due in its turn; where one is open already, nothing happens."""
    due_on = next_due(participant, kind)
    planned = CheckIn(participant=participant, kind=kind, due_on=due_on)
    if CheckIn.objects.filter(participant=participant, kind=kind).open().exists():
        return
    # Two planners at once: the second one's row meets the unique constraint and is left out.
    CheckIn.objects.bulk_create([planned], ignore_conflicts=True)
    if CheckIn.objects.filter(pk=planned.pk).exists():
        record(Event.CHECK_IN_PLANNED, planned, by=PORTAL, kind=kind.value, due_on=str(due_on))


def next_due(participant: Participant, kind: CheckInKind) -> date:
    """So many months after the last one was due, and never sooner than the first reminder can be sent."""
    last = CheckIn.objects.filter(participant=participant, kind=kind).order_by("-due_on").first()
    today = timezone.now().date()
    turn: date = (last.due_on if last else participant.active_since or today) + relativedelta(months=kind.months)
    soonest: date = today + timedelta(days=max(settings.CHECK_IN_REMINDER_DAYS))
    return max(turn, soonest)


def _locked(check_in: CheckIn) -> CheckIn:
    return CheckIn.objects.select_for_update(of=("self",)).select_related("participant").get(pk=check_in.pk)


def _let_take_part_again(participant: Participant, *, by: Actor) -> None:
    """Only what the portal took for want of an answer comes back by itself; what staff decided, staff take back."""
    last = participant.state_changes.last()
    by_the_portal = last is not None and last.after == ParticipantState.READ_ONLY and last.by_id is None
    if participant.state != ParticipantState.READ_ONLY or not by_the_portal:
        return
    if missing_check_ins(participant) or missing_agreement(participant):
        return
    reason = "What was overdue has been answered and signed off."
    move_participant(participant, to=ParticipantState.ACTIVE, by=by, reason=reason)
