"""Requests as views see them once the gate has let them through."""

from django.http import HttpRequest

from accounts.models import User
from participants.models import Member


class MemberRequest(HttpRequest):
    """A request of a member who may do what the view is marked with."""

    member: Member
    user: User


class AnyRequest(HttpRequest):
    """A request of anybody: `member` is None for visitors and coalition people."""

    member: Member | None
    user: User
