"""What pages of the apps below may show of reviews, without those apps looking up."""

from django import template

from participants.models import Member
from reviews.models import Review
from signals.models import Signal

register = template.Library()


@register.simple_tag
def own_review(signal: Signal, member: Member) -> Review | None:
    """The review that the member's participant has of `signal`, if it has one."""
    return Review.objects.visible_to(member).filter(signal=signal).first()
