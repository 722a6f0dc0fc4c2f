"""What pages of the apps below may show of reviews, without those apps looking up."""

from functools import lru_cache

from django import template
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

from accounts.models import User
from participants.models import Member
from reviews.care import Today, must_break, today_of
from reviews.forms import DecisionForm
from reviews.models import Review
from reviews.notifying import unread_count
from signals.models import Signal

register = template.Library()
DECISION_FIELDS = "reviews/_decision_fields.html"


@register.simple_tag
def own_review(signal: Signal, member: Member) -> Review | None:
    """The review that the member's participant has of `signal`, if it has one."""
    return Review.objects.visible_to(member).filter(signal=signal).first()


@register.simple_tag
def unread_notifications(user: User) -> int:
    """How many notifications the person has not read."""
    return unread_count(user)


@register.simple_tag
def decision_fields(form: DecisionForm) -> SafeString:
    """The fields of `form`; those of one that nobody has filled in are made once for what they begin with."""
    if form.is_bound:
        return _fields(form)
    return _untouched_fields(type(form), form.auto_id, tuple(sorted(form.initial.items())))


@lru_cache(maxsize=256)
def _untouched_fields(
    kind: type[DecisionForm], auto_id: bool | str, initial: tuple[tuple[str, str], ...]
) -> SafeString:
    return _fields(kind(auto_id=auto_id, initial=dict(initial)))


def _fields(form: DecisionForm) -> SafeString:
    return mark_safe(get_template(DECISION_FIELDS).render({"form": form}))  # noqa: S308 -- a template escapes


@register.inclusion_tag("reviews/_break.html")
def break_due(member: Member) -> dict[str, Today | bool]:
    """That a break is due for the member, where one is."""
    today = today_of(member.user)
    return {"today": today, "must_break": today.break_is_due and must_break(member)}
