"""Whether somebody has passed both steps of signing in, and how lately they proved who they are."""

import time
from typing import Any

from django.conf import settings
from django.http import HttpRequest

CONFIRMED = "confirmed_at"


def has_passed(user: Any) -> bool:
    """Whether the person of a request is signed in, active, and past the one-time code (django-otp's `is_verified`)."""
    return bool(user.is_authenticated and user.is_active and user.is_verified())


def must_enroll(user: Any) -> bool:
    """Whether `user` has neither an authenticator nor a passkey. Recovery codes alone are no factor to stay with."""
    from accounts.factors import strong_factors  # noqa: PLC0415 -- the admin's site imports this before there are models

    return not strong_factors(user)


def confirm_now(request: HttpRequest) -> None:
    """Remember that the person of this session has just proved who they are."""
    request.session[CONFIRMED] = time.time()


def recently_confirmed(request: HttpRequest) -> bool:
    """Whether the person proved it within the last five minutes: by signing in, or by a factor since."""
    return bool(time.time() - request.session.get(CONFIRMED, 0) < settings.CONFIRMED_SECONDS)
