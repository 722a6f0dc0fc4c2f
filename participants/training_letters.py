"""Letters before training runs out, each written once however often the clock rings."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone

from accounts.letters import Topic
from accounts.post import write_letter
from audit.events import Event
from audit.record import PORTAL, record
from lantern.lib.tenancy import acting_as_system
from participants.models import Member, TrainingNotice
from participants.policies import PRESENT
from participants.training import Standing, standings


def remind_of_training(now: datetime | None = None) -> int:
    """Write to everybody whose training ends in 30, in 7 days or today (`TRAINING_LETTER_DAYS`); how many letters."""
    now = now or timezone.now()
    with acting_as_system():
        working = Member.objects.filter(is_active=True, user__is_active=True, participant__state__in=PRESENT)
        members = {member.pk: member for member in working.select_related("user", "participant")}
        stands = standings(list(members.values()))
        return sum(_remind(member, stands[key], now) for key, member in members.items())


def _remind(member: Member, own: list[Standing], now: datetime) -> bool:
    """Take the latest step that is reached; where the clock stood still over several, only that one."""
    ends = [standing.valid_until.date() for standing in own if standing.valid_until is not None]
    left = (min(ends) - now.date()).days if ends else None
    reached = [days for days in settings.TRAINING_LETTER_DAYS if left is not None and 0 <= left <= days]
    if not reached:
        return False
    _, is_new = TrainingNotice.objects.get_or_create(
        participant=member.participant, member=member, ends_on=min(ends), days=min(reached)
    )
    if is_new:
        record(Event.TRAINING_REMINDED, member, by=PORTAL, days=min(reached))
        write_letter("training_ends", topic=Topic.PROGRAMME, to=member.user, context={"ends_on": min(ends)})
    return is_new
