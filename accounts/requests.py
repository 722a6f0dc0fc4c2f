"""Requests as the pages of one's own account see them once the gate has let them through."""

from django.http import HttpRequest

from accounts.models import User


class PersonRequest(HttpRequest):
    """A request of somebody who has passed both steps of signing in."""

    user: User
