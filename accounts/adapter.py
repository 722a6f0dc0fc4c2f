"""How allauth behaves here: nobody signs up, and everybody passes a one-time code."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """allauth's adapter with our sign-in stages."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People are invited; there is no page on which to sign up."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Somebody who is not active is answered like a stranger, even where the password is right."""
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        return user if user is not None and user.is_active else None

    def is_safe_url(self, url: str) -> bool:
        """Whether one may be led there after signing in. What is no address at all (`http://[`) is none of ours."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def get_login_stages(self) -> list[str]:
        """After the password, and before there is a session: the one-time code."""
        return ["accounts.stages.OneTimeCodeStage"]
