"""Whether somebody has passed both steps of signing in."""

from typing import Any


def has_passed(user: Any) -> bool:
    """Whether the person of a request is signed in, active, and past the one-time code (django-otp's `is_verified`)."""
    return bool(user.is_authenticated and user.is_active and user.is_verified())
