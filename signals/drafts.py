"""What somebody has begun to type about an incident: kept sealed until it is shared, discarded or too old."""

from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from audit.events import Event
from audit.record import record
from lantern.lib.tenancy import acting_as_system
from participants.models import Member
from signals.models import Draft


def draft_of(member: Member) -> Draft | None:
    """The member's draft, or None."""
    return Draft.objects.visible_to(member).first()


@transaction.atomic
def keep_draft(typed: dict[str, Any], *, by: Member) -> Draft:
    """Keep what was typed in the place of what was kept before. That a draft was begun is recorded, not each word."""
    draft = Draft.objects.select_for_update().filter(member=by).first()
    is_new = draft is None
    draft = draft or Draft(participant=by.participant, member=by)
    draft.seal_typed(typed)
    draft.saved_at = Now()
    draft.save(force_insert=is_new)
    if is_new:
        record(Event.DRAFT_KEPT, draft, by=by)
    return draft


@transaction.atomic
def discard_draft(*, by: Member) -> None:
    """Forget it; nothing happens where there is none."""
    draft = Draft.objects.filter(member=by).first()
    if draft:
        record(Event.DRAFT_DISCARDED, draft, by=by)
        draft.delete()


def forget_shared(by: Member) -> None:
    """The draft has become signals. In the transaction of sharing them."""
    Draft.objects.filter(member=by).delete()


def forget_old() -> int:
    """Remove drafts nobody has touched for long; how many. Safe to run twice."""
    with acting_as_system():
        return Draft.objects.over().delete()[0]
