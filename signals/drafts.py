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
    draft = Draft.objects.select_for_update().filter(member=by).first() or _begun(by)
    draft.seal_typed(typed)
    draft.saved_at = Now()
    draft.save(update_fields=["content", "saved_at"])
    return draft


@transaction.atomic
def discard_draft(*, by: Member) -> None:
    """Forget it; nothing happens where there is none."""
    draft = Draft.objects.filter(member=by).first()
    if draft:
        record(Event.DRAFT_DISCARDED, draft, by=by)
        draft.delete()


def _begun(by: Member) -> Draft:
    """An empty draft; that of another window of the same person where that one was quicker."""
    draft = Draft(participant=by.participant, member=by)
    draft.seal_typed({"rows": [], "said": {}})
    Draft.objects.bulk_create([draft], ignore_conflicts=True)
    if not Draft.objects.filter(pk=draft.pk).exists():
        return Draft.objects.select_for_update().get(member=by)
    record(Event.DRAFT_KEPT, draft, by=by)
    return draft


def forget_shared(by: Member) -> None:
    """The draft has become signals. In the transaction of sharing them."""
    Draft.objects.filter(member=by).delete()


def forget_old() -> int:
    """Remove drafts nobody has touched for long; how many. Safe to run twice."""
    with acting_as_system():
        return Draft.objects.over().delete()[0]
