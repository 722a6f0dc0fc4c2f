"""Which colleagues have a review open. A courtesy of the moment: nothing of it is kept, so no event is written."""

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Now

from lantern.lib.compiled import CompiledQuery, Parameter, prepared_cursor
from lantern.lib.tenancy import acting_as_system
from participants.models import Member
from reviews.models import Review, Viewing

SAW = """
INSERT INTO reviews_viewing (review_id, participant_id, member_id, seen_at) VALUES (%s, %s, %s, statement_timestamp())
ON CONFLICT (review_id, member_id) DO UPDATE SET seen_at = excluded.seen_at
"""
FORGOTTEN = 10  # times as long as a viewing lasts


def saw(review: Review, *, by: Member) -> None:
    """The member has the review open now."""
    with prepared_cursor() as cursor:
        cursor.execute(SAW, [review.pk, review.participant_id, by.pk])


def colleagues_at(review: Review, member: Member) -> list[str]:
    """The names of the member's colleagues who have the review open too."""
    others = _others.objects(review=review.pk, participant=member.participant_id, member=member.pk)
    return [viewing.member.name for viewing in others]


def forget_old_viewings() -> None:
    """Delete the traces of viewings that are long over."""
    with acting_as_system():
        Viewing.objects.filter(seen_at__lt=Now() - settings.VIEWING_LASTS * FORGOTTEN).delete()


@CompiledQuery
def _others() -> QuerySet[Viewing]:
    own = Viewing.objects.now().filter(review=Parameter("review"), participant=Parameter("participant"))
    return own.exclude(member=Parameter("member")).select_related("member__user").order_by("pk")
