"""What pages of the apps below may show of reviews, without those apps looking up."""

from django import template

from accounts.models import User
from participants.models import Member
from reviews.care import Today, must_break, today_of
from reviews.models import Review
from reviews.notifying import unread_count
from signals.models import Signal

register = template.Library()


@register.simple_tag
def own_review(signal: Signal, member: Member) -> Review | None:
    """The review that the member's participant has of `signal`, if it has one."""
    return Review.objects.visible_to(member).filter(signal=signal).first()


@register.simple_tag
def unread_notifications(user: User) -> int:
    """How many notifications the person has not read."""
    return unread_count(user)


@register.inclusion_tag("reviews/_break.html")
def break_due(member: Member) -> dict[str, Today | bool]:
    """That a break is due for the member, where one is."""
    today = today_of(member.user)
    return {"today": today, "must_break": today.break_is_due and must_break(member)}
