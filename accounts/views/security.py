"""How one signs in: the page everything else of one's account starts from."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.factors import WORDS, strong_factors
from accounts.models import RecoverySheet
from accounts.requests import PersonRequest
from lantern.lib.marks import personal


@personal()
@require_safe
def security(request: PersonRequest) -> HttpResponse:
    """Factors, password, sessions and letters, each with the way to change it."""
    found = strong_factors(request.user)
    factors = [
        {"id": each.persistent_id, "name": each.name, "kind": WORDS[type(each)], "created_at": each.created_at}
        for each in found
    ]
    sheet = RecoverySheet.objects.filter(user=request.user).first()
    context = {"factors": factors, "removable": len(factors) > 1, "codes_left": sheet.left() if sheet else 0}
    return render(request, "accounts/security.html", context)
