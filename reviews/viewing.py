"""Which colleagues have a review open. A courtesy of the moment: nothing of it is kept, so no event is written."""

from django.conf import settings
from django.db.models.functions import Now

from lantern.lib.tenancy import acting_as_system
from participants.models import Member
from reviews.models import Review, Viewing

FORGOTTEN = 10  # times as long as a viewing lasts


def saw(review: Review, *, by: Member) -> None:
    """The member has the review open now."""
    seen = Viewing(review=review, participant_id=review.participant_id, member=by, seen_at=Now())
    Viewing.objects.bulk_create(
        [seen], update_conflicts=True, unique_fields=["review", "member"], update_fields=["seen_at"]
    )


def colleagues_at(review: Review, member: Member) -> list[str]:
    """The names of the member's colleagues who have the review open too."""
    others = Viewing.objects.now().filter(review=review, participant=member.participant_id).exclude(member=member)
    return [viewing.member.name for viewing in others.select_related("member__user").order_by("pk")]


def forget_old_viewings() -> None:
    """Delete the traces of viewings that are long over."""
    with acting_as_system():
        Viewing.objects.filter(seen_at__lt=Now() - settings.VIEWING_LASTS * FORGOTTEN).delete()
