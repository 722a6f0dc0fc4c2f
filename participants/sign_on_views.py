"""The way in through one's company."""

from typing import Any

from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from requests import RequestException

from accounts.passing import has_passed
from lantern.lib.marks import public
from lantern.lib.tenancy import acting_as_system
from participants.models import SignOn
from participants.sign_on import StrictOpenID, refused


class CompanyForm(forms.Form):
    """The short name of one's company."""

    company = forms.SlugField(label="Your company's short name", help_text="Such as northwind.", max_length=50)


@public
@never_cache
def company(request: HttpRequest) -> HttpResponse:
    """Say which company one is from; which of them have a sign-on of their own is no secret."""
    form = CompanyForm(request.POST or None)
    found = None
    if form.is_valid():
        slug = form.cleaned_data["company"].lower()
        with acting_as_system():
            found = SignOn.objects.select_related("participant").filter(is_active=True, participant__slug=slug).first()
        if found is None:
            form.add_error("company", "No company of that name signs in this way. Sign in with your password instead.")
    context = {"form": form, "participant": found and found.participant}
    return render(request, "participants/sign_on.html", context, status=422 if form.errors else 200)


@public
@never_cache
@require_safe
def begin(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Lead to the company's provider. A link leads here, as a form would be held to this site by its policy."""
    return redirect("home") if has_passed(request.user) else _spoken(request, OAuth2LoginView, provider_id)


@public
@never_cache
@require_safe
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take the provider's answer, and go on to the second step."""
    return redirect("home") if has_passed(request.user) else _spoken(request, OAuth2CallbackView, provider_id)


def _spoken(request: HttpRequest, view: Any, provider_id: str) -> HttpResponse:
    try:
        adapter = StrictOpenID(request, provider_id)
        adapter.refuse_another_issuer()
        answer: HttpResponse = view.adapter_view(adapter)(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    except (RequestException, PermissionDenied, KeyError, ValueError):  # away, or not who it should be, or no JSON
        return refused(request)
    return answer
