"""What somebody has begun to type about an incident: kept sealed until it is shared, discarded or too old."""

from typing import Any
from uuid import UUID

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
def keep_draft(typed: dict[str, Any], *, by: Member, sitting: UUID | None = None) -> bool:
    """Keep what was typed in the place of what was kept before. That a draft was begun is recorded, not each word.

    `sitting` is the opening of the form that a script sends it from. Where that one has been shared or discarded
    meanwhile, nothing is kept, and the answer is False.
    """
    draft = _locked(by)
    if sitting is not None and draft.closed_sitting == sitting:
        return False
    if draft.content is None:
        record(Event.DRAFT_KEPT, draft, by=by)
    draft.seal_typed(typed)
    draft.saved_at = Now()
    draft.save(update_fields=["content", "saved_at"])
    return True


@transaction.atomic
def discard_draft(*, by: Member, sitting: UUID | None = None) -> None:
    """Forget it; nothing is recorded where there is none."""
    draft = _locked(by)
    if draft.content is not None:
        record(Event.DRAFT_DISCARDED, draft, by=by)
    _close(draft, sitting)


def forget_shared(by: Member, sitting: UUID | None) -> None:
    """The draft has become signals. In the transaction of sharing them."""
    _close(_locked(by), sitting)


def _close(draft: Draft, sitting: UUID | None) -> None:
    draft.content, draft.closed_sitting, draft.saved_at = None, sitting, Now()
    draft.save(update_fields=["content", "closed_sitting", "saved_at"])


def _locked(by: Member) -> Draft:
    """The member's one row, made where there is none: whoever comes second waits, and sees what the first one did."""
    Draft.objects.bulk_create([Draft(participant=by.participant, member=by)], ignore_conflicts=True)
    return Draft.objects.select_for_update().get(member=by)


def forget_old() -> int:
    """Remove drafts nobody has touched for long; how many. Safe to run twice."""
    with acting_as_system():
        return Draft.objects.over().delete()[0]
