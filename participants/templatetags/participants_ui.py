"""What pages ask about the person who opens them."""

from django import template

from participants.models import Member
from participants.policies import Action, can

register = template.Library()


@register.filter
def may(member: Member | None, action: str) -> bool:
    """Whether the member may do `action`, so that no page leads to one that is not there for it."""
    return can(member, Action(action))
