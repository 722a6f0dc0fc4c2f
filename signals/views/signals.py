"""The list of what is shared, and one signal."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from lantern.lib.marks import requires
from lantern.lib.paging import capped_count, first_page
from participants.models import Member
from participants.policies import Action, can
from participants.requests import MemberRequest
from signals.contribution_page import told_contributions
from signals.filters import SignalFilter
from signals.models import SavedFilter, Signal
from signals.pace import paced
from signals.page_forms import SaveFilterForm, TightenForm
from signals.page_keys import after_key, next_url
from signals.related import related_to
from signals.revealing import reveal as reveal_value
from signals.signal_history import history_of
from signals.tightening import WouldLoosen, tighten


@requires(Action.VIEW_SIGNALS)
@paced("search")
@require_safe
def listing(request: MemberRequest) -> HttpResponse:
    """What is shared with the member, the newest first."""
    form = SignalFilter(request.GET, member=request.member)
    signals = form.narrow(Signal.objects.visible_to(request.member)).order_by("-id")
    before = after_key(request)
    shown = signals.with_handling(request.member)  # type: ignore[attr-defined]
    page, more = first_page(shown.filter(pk__lt=before) if before else shown)
    counted = capped_count(signals)
    context = {
        "form": form,
        "signals": page,
        "count_label": f"{counted.label} signal{'' if counted.number == 1 else 's'}",
        "next_url": next_url(request, page[-1].pk) if more else None,
        "is_filtered": form.is_narrowing,
        "can_share": can(request.member, Action.SHARE_SIGNALS),
        "words": form.words,
        "address": urlencode(form.words),
        "save_form": SaveFilterForm(),
        "saved_filters": SavedFilter.objects.visible_to(request.member).order_by("name"),
    }
    return render(request, "signals/list.html", context)


@requires(Action.VIEW_SIGNALS)
@require_safe
def signal(request: MemberRequest, signal_id: UUID) -> HttpResponse:
    """One signal, masked; of one that has ended, what happened to it."""
    known = Signal.objects.known_to(request.member).with_handling(request.member)
    found = get_object_or_404(known.select_related("sharing_group"), pk=signal_id)
    if not found.is_shared:
        return render(request, "signals/ended.html", {"signal": found, "history": history_of(found, request.member)})
    return render(request, "signals/signal.html", _about(found, request.member))


@requires(Action.VIEW_SIGNALS)
@require_POST
def reveal(request: MemberRequest, signal_id: UUID) -> HttpResponse:
    """The same with its value; asking for it is recorded."""
    found = _visible(request, signal_id)
    shown = reveal_value(found, by=request.member, why="signal page")
    if request.headers.get("HX-Request"):
        box = {"masked": found.masked_value, "revealed": shown, "reveal_url": request.path}
        return render(request, "components/value_box.html", {**box, "hide_url": f"/signals/{found.pk}/"})
    return render(request, "signals/signal.html", {**_about(found, request.member), "revealed": shown})


@requires(Action.VIEW_SIGNALS)
@require_POST
def handle(request: MemberRequest, signal_id: UUID) -> HttpResponse:
    """Mark how far the signal may travel at the member's own company."""
    found = _visible(request, signal_id)
    form = TightenForm(request.POST, signal=found)
    try:
        if form.is_valid():
            tighten(found, tlp=form.cleaned_data["tlp"], by=request.member)
            messages.success(request, "Marked for everybody at your company.")
        else:
            messages.error(request, "Choose one of the levels. Nothing has changed.")
    except WouldLoosen:
        messages.error(request, "Those who shared it allow less than that. Nothing has changed.")
    return redirect("signals:signal", found.pk)


def _visible(request: MemberRequest, signal_id: UUID) -> Signal:
    visible = Signal.objects.visible_to(request.member).with_handling(request.member)
    return get_object_or_404(visible.select_related("sharing_group"), pk=signal_id)


def _about(found: Signal, member: Member) -> dict[str, Any]:
    return {
        "signal": found,
        "contributions": told_contributions(found, member),
        "related": related_to(found, member),
        "history": history_of(found, member),
        "handling_form": TightenForm(signal=found),
        "revealed": None,
    }
