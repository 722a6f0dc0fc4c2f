"""Keeping the programme: what the portal does by itself as days go by. Every function may run twice, and at once.

Each check-in is one transaction that locks its row, looks again, and leaves a `CheckInNotice`; a step that has its row
is not taken again. Letters go out with that transaction or not at all.
"""

import logging
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from accounts.letters import Topic
from accounts.post import write_letter
from audit.events import Event
from audit.record import PORTAL, record
from lantern.lib.tenancy import acting_as_system
from participants.applying import clear_old_drafts
from participants.check_ins import plan
from participants.lifecycle import IllegalMove
from participants.models import CheckIn, CheckInKind, CheckInNotice, Participant, ParticipantState, Role, Step
from participants.services import move_participant

log = logging.getLogger(__name__)
TAKING_PART = (ParticipantState.ACTIVE, ParticipantState.READ_ONLY)
REMINDERS = (Step.FIRST, Step.SECOND, Step.DUE)


def keep_programme(now: datetime | None = None) -> None:
    """Plan what is next, remind, hold to account, and clear what was abandoned; as of `now`."""
    now = now or timezone.now()
    with acting_as_system():
        taking_part = list(Participant.objects.filter(state__in=TAKING_PART))
    for participant in taking_part:
        with acting_as_system():
            for kind in CheckInKind:
                plan(participant, kind)
        hold_to_agreement(participant, now)
    with acting_as_system():
        waiting = list(CheckIn.objects.open().unanswered().order_by("due_on").values_list("pk", flat=True))
    for check_in_id in waiting:
        keep_check_in(check_in_id, now)
    clear_old_drafts()


def keep_check_in(check_in_id: UUID, now: datetime) -> Step | None:
    """Take the step that is due for one check-in, if it is unanswered and the step was not taken; says which."""
    with acting_as_system():
        check_in = CheckIn.objects.select_for_update(of=("self",)).select_related("participant").get(pk=check_in_id)
        participant = Participant.objects.select_for_update(no_key=True).get(pk=check_in.participant_id)
        if check_in.answered_at or participant.state not in TAKING_PART:
            return None
        taken = dict(check_in.notices.values_list("step", "at"))
        step = due_step(check_in.due_on, now, taken, check_in.sent_back_at)
        if step is None:
            return None
        CheckInNotice.objects.create(check_in=check_in, participant=participant, step=step, at=now)
        record(Event.CHECK_IN_STEP_TAKEN, check_in, by=PORTAL, step=step.value)
        _move(participant, check_in, step)
        _write(participant, check_in, step)
        return step


def due_step(
    due_on: date, now: datetime, taken: dict[str, datetime], sent_back_at: datetime | None = None
) -> Step | None:
    """The one step that is due for an unanswered check-in and was not taken yet.

    Where the portal stood still over several steps, only the last is taken; but the grace counts from the reminder on
    the day, and nobody is suspended sooner than its own grace after having been made read-only. After answers were
    sent back, either grace counts anew.
    """
    if Step.READ_ONLY in taken:
        begins = max(taken[Step.READ_ONLY], sent_back_at or taken[Step.READ_ONLY])
        over = now >= begins + timedelta(days=settings.SUSPENDED_AFTER_DAYS)
        return Step.SUSPENDED if over and Step.SUSPENDED not in taken else None
    if Step.DUE in taken:
        begins = max(taken[Step.DUE], sent_back_at or taken[Step.DUE])
        grace = timedelta(days=settings.READ_ONLY_AFTER_DAYS)
        return Step.READ_ONLY if now.date() >= max(due_on, begins.date()) + grace else None
    left = (due_on - now.date()).days
    reached = [step for step, days in zip(REMINDERS, settings.CHECK_IN_REMINDER_DAYS, strict=True) if left <= days]
    return reached[-1] if reached and reached[-1] not in taken else None


def hold_to_agreement(participant: Participant, now: datetime) -> None:
    """A participant whose agreement has run out looks on until there is a new one."""
    with acting_as_system():
        locked = Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)
        bound = locked.agreements.in_force(now.date()).exists()
        if locked.state == ParticipantState.ACTIVE and not bound:
            move_participant(locked, to=ParticipantState.READ_ONLY, by=PORTAL, reason="Its agreement has run out.")


def _move(participant: Participant, check_in: CheckIn, step: Step) -> None:
    to = {Step.READ_ONLY: ParticipantState.READ_ONLY, Step.SUSPENDED: ParticipantState.SUSPENDED}.get(step)
    if to is None or participant.state == to:
        return
    try:
        move_participant(participant, to=to, by=PORTAL, reason=f"{check_in} is not answered.")
    except IllegalMove:
        log.warning("participant %s stands elsewhere already", participant.pk)


def _write(participant: Participant, check_in: CheckIn, step: Step) -> None:
    """To each admin of the participant."""
    context = {"check_in": check_in, "step": step.value, "participant": participant}
    admins = participant.members.filter(role=Role.ADMIN, is_active=True, user__is_active=True).select_related("user")
    for admin in admins:
        write_letter("check_in_due", topic=Topic.PROGRAMME, to=admin.user, context=context)
