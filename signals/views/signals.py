"""The list of what is shared, one signal, and sharing one by hand."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from lantern.lib.marks import requires
from lantern.lib.paging import capped_count, first_page
from participants.models import Member
from participants.policies import Action, can, groups_for
from participants.requests import MemberRequest
from signals.contribution_page import told_contributions
from signals.forms import ShareForm, SignalFilter
from signals.models import Outcome, Signal
from signals.page_keys import after_key, next_url
from signals.revealing import reveal as reveal_value
from signals.sharing import share_signals


@requires(Action.VIEW_SIGNALS)
@require_safe
def listing(request: MemberRequest) -> HttpResponse:
    """What is shared with the member, the newest first."""
    form = SignalFilter(request.GET)
    signals = form.narrow(Signal.objects.visible_to(request.member)).order_by("-id")
    before = after_key(request)
    page, more = first_page(signals.filter(pk__lt=before) if before else signals)
    counted = capped_count(signals)
    context = {
        "form": form,
        "signals": page,
        "count_label": f"{counted.label} signal{'' if counted.number == 1 else 's'}",
        "next_url": next_url(request, page[-1].pk) if more else None,
        "is_filtered": form.is_narrowing,
        "can_share": can(request.member, Action.SHARE_SIGNALS),
    }
    return render(request, "signals/list.html", context)


@requires(Action.VIEW_SIGNALS)
@require_safe
def signal(request: MemberRequest, signal_id: UUID) -> HttpResponse:
    """One signal, masked."""
    found = _visible(request, signal_id)
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


@requires(Action.SHARE_SIGNALS)
def new(request: MemberRequest) -> HttpResponse:
    """Share one signal."""
    form = ShareForm(request.POST or None, groups=groups_for(request.member, Action.SHARE_SIGNALS))
    if form.is_valid():
        outcomes = share_signals([form.checked], group=form.chosen_group, by=request.member)
        messages.success(request, _said(outcomes))
        return redirect("signals:list")
    return render(request, "signals/new.html", {"form": form}, status=422 if form.errors else 200)


def _visible(request: MemberRequest, signal_id: UUID) -> Signal:
    return get_object_or_404(Signal.objects.visible_to(request.member).select_related("sharing_group"), pk=signal_id)


def _about(found: Signal, member: Member) -> dict[str, Any]:
    return {"signal": found, "contributions": told_contributions(found, member), "revealed": None}


def _said(outcomes: dict[Outcome, int]) -> str:
    if outcomes[Outcome.NEW]:
        return "Shared. The signal is new in the group."
    if outcomes[Outcome.CORROBORATED]:
        return "Shared. Another company had shared the signal already; yours confirms it."
    return "You had shared this signal already. What you said about it now replaces what you said before."
