"""Filters under a name."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from lantern.lib.marks import requires
from participants.policies import Action
from participants.requests import MemberRequest
from signals.filters import SignalFilter
from signals.models import SavedFilter
from signals.page_forms import SaveFilterForm
from signals.saved_filters import MOST, TooMany, remove_filter, save_filter


@requires(Action.VIEW_SIGNALS)
@require_POST
def save(request: MemberRequest) -> HttpResponse:
    """Keep the filter that the list was narrowed to."""
    words = SignalFilter(request.POST, member=request.member).words
    form = SaveFilterForm(request.POST)
    if not words or not form.is_valid():
        messages.error(request, "Choose something to filter by and give it a name. Nothing has been saved.")
    else:
        try:
            save_filter(form.cleaned_data["name"], words, by=request.member)
            messages.success(request, "Saved. Only you see it.")
        except TooMany:
            messages.error(request, f"You have {MOST} filters already. Remove one first.")
    return redirect(f"{reverse('signals:list')}?{urlencode(words)}")


@requires(Action.VIEW_SIGNALS)
@require_POST
def remove(request: MemberRequest, filter_id: UUID) -> HttpResponse:
    """Forget one."""
    found = get_object_or_404(SavedFilter.objects.visible_to(request.member), pk=filter_id)
    remove_filter(found, by=request.member)
    messages.success(request, "Removed.")
    return redirect("signals:list")
