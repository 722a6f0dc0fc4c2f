"""The second step of signing in. Until it is passed, allauth keeps the sign-in pending and the visitor anonymous."""

from allauth.account.stages import LoginStage
from django.http import HttpResponseRedirect
from django.shortcuts import redirect


class OneTimeCodeStage(LoginStage):  # type: ignore[misc]
    """Sends everybody to the one-time-code page; there is no way round it and no trusted browser."""

    key = "one_time_code"
    urlname = "accounts:code"

    def handle(self) -> tuple[HttpResponseRedirect, bool]:
        return redirect(self.urlname), True
