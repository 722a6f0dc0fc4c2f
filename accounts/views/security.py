"""How one signs in: the page everything else of one's account starts from."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import Authenticator
from accounts.requests import PersonRequest
from lantern.lib.marks import personal


@personal()
@require_safe
def security(request: PersonRequest) -> HttpResponse:
    """Factors, password, sessions and letters, each with the way to change it."""
    authenticators = Authenticator.objects.filter(user=request.user, confirmed=True).order_by("created_at")
    return render(request, "accounts/security.html", {"authenticators": authenticators})
