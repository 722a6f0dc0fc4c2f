"""What is one's own on the pages of reviews: saved views, keys, and being there."""

from contextlib import suppress
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from lantern.lib.marks import requires
from participants.policies import Action, can
from participants.requests import MemberRequest
from reviews import claims
from reviews.keys import ACTS, FIXED, all_keys, choose_keys, clash
from reviews.models import KeySettings, QueueView
from reviews.queue_filter import QueueFilter
from reviews.queue_views import TooMany, remove_view, save_view
from reviews.review_page import as_shown
from reviews.viewing import colleagues_at, saw
from reviews.views import visible


class SaveViewForm(forms.Form):
    """A name for a view of the queue."""

    name = forms.CharField(max_length=60, label="Save this view as")
    is_shared = forms.BooleanField(required=False, label="For the whole team")


class KeysForm(forms.Form):
    """Which keys; a single sign each, or g and then one."""

    is_on = forms.BooleanField(required=False, label="Use single keys")

    def __init__(self, *args: Any, chosen: KeySettings | None, **kwargs: Any) -> None:
        keys = all_keys(chosen)
        initial = {**keys, "is_on": chosen is None or chosen.is_on}
        super().__init__(*args, **{**kwargs, "initial": initial})
        for name, act in ACTS.items():
            self.fields[name] = forms.RegexField(
                r"^(g )?[!-~]$",
                label=act.label,
                max_length=3,
                error_messages={"invalid": "One sign, or g, a space and one sign."},
                widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
            )

    @property
    def keys(self) -> dict[str, str]:
        """Act to key. Only after `is_valid`."""
        return {name: self.cleaned_data[name] for name in ACTS}

    def clean(self) -> dict[str, Any]:
        """No key does two things, and digits stay with the form."""
        cleaned = super().clean() or {}
        for name in ACTS:
            if cleaned.get(name, "").isdigit():
                self.add_error(name, "Digits choose measures and reasons.")
        if twice := clash({name: cleaned[name] for name in ACTS if name in cleaned}):
            self.add_error(twice, "Another key is the same, or begins with the same sign.")
        return cleaned


@requires(Action.DECIDE)
@require_POST
def view_save(request: MemberRequest) -> HttpResponse:
    """Keep the filter that the queue was narrowed to; team views are for leads to keep."""
    words = QueueFilter(request.POST, member=request.member).words
    form = SaveViewForm(request.POST)
    if not words or not form.is_valid():
        messages.error(request, "Choose something to filter by and give it a name. Nothing has been saved.")
    else:
        try:
            save_view(form.cleaned_data["name"], words, is_shared=form.cleaned_data["is_shared"], by=request.member)
            seen_by = "Your whole team sees it." if form.cleaned_data["is_shared"] else "Only you see it."
            messages.success(request, f"Saved. {seen_by}")
        except TooMany:
            messages.error(request, "You have 30 views already. Remove one first.")
    return redirect(f"{reverse('reviews:queue')}?{urlencode(words)}")


@requires(Action.DECIDE)
@require_POST
def view_remove(request: MemberRequest, view_id: UUID) -> HttpResponse:
    """Forget one of one's own; leads may forget the team's."""
    views = QueueView.objects.visible_to(request.member)
    if not can(request.member, Action.MANAGE_QUEUE):
        views = views.filter(member=request.member)
    remove_view(get_object_or_404(views, pk=view_id), by=request.member)
    messages.success(request, "Removed.")
    return redirect("reviews:queue")


@requires(Action.DECIDE)
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: MemberRequest) -> HttpResponse:
    """Which keys one uses, if any."""
    chosen = KeySettings.objects.filter(member=request.member).first()
    form = KeysForm(request.POST or None, chosen=chosen)
    if form.is_valid():
        choose_keys(form.keys, is_on=form.cleaned_data["is_on"], by=request.member)
        messages.success(request, "Saved. They hold from the next page on.")
        return redirect("reviews:keys")
    return render(request, "reviews/keys.html", {"form": form, "fixed": FIXED}, status=422 if request.POST else 200)


@requires(Action.DECIDE)
@require_POST
def presence(request: MemberRequest, review_id: UUID) -> HttpResponse:
    """A sign of life from an open page: who else looks, how the lease stands. Work keeps the lease alive.

    It keeps the session alive unless its header `X-Presence` is "idle".
    """
    found = visible(request, review_id)
    saw(found, by=request.member)
    if request.POST.get("working") and found.holder_id == request.member.pk:
        with suppress(claims.ClaimLost):  # the answer says so
            claims.keep(found, by=request.member)
        found = visible(request, review_id)
    context = {"review": as_shown(found, request.member), "colleagues": colleagues_at(found, request.member)}
    return render(request, "reviews/_presence.html", context)
