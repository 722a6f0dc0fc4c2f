"""Decision templates: what a participant writes again and again. Leads keep them, analysts begin from them."""

from django.db import transaction

from audit.events import Event
from audit.record import record
from participants.models import Member
from reviews.models import DecisionTemplate

MOST = 30


class TooMany(Exception):
    """A participant keeps no more than `MOST`."""


@transaction.atomic
def save_template(
    name: str, *, verdict: str, dismissal: str = "", policy: str = "", reason: str = "", by: Member
) -> DecisionTemplate:
    """Keep a template under `name`; one of that name is replaced. Raises `TooMany`."""
    own = DecisionTemplate.objects.visible_to(by)
    if not own.filter(name=name).exists() and own.count() >= MOST:
        raise TooMany
    said = {"verdict": verdict, "dismissal": dismissal, "policy": policy, "reason": reason, "made_by": by}
    template, _ = DecisionTemplate.objects.update_or_create(participant=by.participant, name=name, defaults=said)
    record(Event.TEMPLATE_SAVED, template, by=by, verdict=verdict)
    return template


@transaction.atomic
def remove_template(template: DecisionTemplate, *, by: Member) -> None:
    """Forget it. Decisions that began from it stay as they are."""
    record(Event.TEMPLATE_REMOVED, template, by=by)
    template.delete()
