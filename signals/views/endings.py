"""Putting right and taking back what one's own company shared."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from lantern.lib.marks import requires
from participants.policies import Action
from participants.requests import MemberRequest
from signals.correcting import NotInForce
from signals.correcting import correct as put_right
from signals.models import Contribution, Incident, Upload
from signals.page_forms import CorrectForm, WithdrawForm
from signals.withdrawing import NothingInForce, StillRunning, Target, in_force_of
from signals.withdrawing import withdraw as take_back

GONE = "That has ended already. Nothing has changed."


@requires(Action.SHARE_SIGNALS)
def correct(request: MemberRequest, contribution_id: UUID) -> HttpResponse:
    """Say something else about a signal in the place of what one's own company said."""
    found = _own(request, contribution_id)
    form = CorrectForm(request.POST or None, contribution=found)
    if form.is_valid():
        try:
            put_right(found, form.word, by=request.member)
            messages.success(request, "Put right. What you said before stays in the history.")
        except NotInForce:
            messages.warning(request, GONE)
        return redirect("signals:signal", found.signal_id)
    context = {"form": form, "signal": found.signal}
    return render(request, "signals/correct.html", context, status=422 if form.errors else 200)


@requires(Action.WITHDRAW_SIGNALS)
def withdraw(request: MemberRequest, contribution_id: UUID) -> HttpResponse:
    """Take back one contribution."""
    found = _own(request, contribution_id)
    back = reverse("signals:signal", args=[found.signal_id])
    return _withdraw(request, found, what="what your company says about this signal", back=back)


@requires(Action.WITHDRAW_SIGNALS)
def withdraw_incident(request: MemberRequest, incident_id: UUID) -> HttpResponse:
    """Take back everything of one's own case."""
    found = get_object_or_404(Incident, pk=incident_id, participant=request.member.participant_id)
    return _withdraw(request, found, what=f"your case {found.shown_reference}", back=reverse("signals:list"))


@requires(Action.WITHDRAW_SIGNALS)
def withdraw_upload(request: MemberRequest, upload_id: UUID) -> HttpResponse:
    """Take back everything that came by one file."""
    found = get_object_or_404(Upload.objects.visible_to(request.member), pk=upload_id)
    back = reverse("signals:upload", args=[found.pk])
    return _withdraw(request, found, what=f"the upload {found.file_name}", back=back)


def _own(request: MemberRequest, contribution_id: UUID) -> Contribution:
    own = in_force_of(request.member.participant_id).select_related("signal", "sharing_group")
    return get_object_or_404(own, pk=contribution_id)


def _withdraw(request: MemberRequest, target: Target, *, what: str, back: str) -> HttpResponse:
    form = WithdrawForm(request.POST or None)
    number = in_force_of(request.member.participant_id, target).count()
    if form.is_valid():
        try:
            made = take_back(target, **form.cleaned_data, by=request.member)
            messages.success(request, _said(made.ended if made.finished_at else number))
        except (NothingInForce, StillRunning):
            messages.warning(request, GONE)
        return redirect(back)
    context = {"form": form, "what": what, "number": number, "back": back}
    return render(request, "signals/withdraw.html", context, status=422 if form.errors else 200)


def _said(number: int) -> str:
    if number == 1:
        return "Taken back. Those who read it are told, with your reason."
    return f"{number:,} signals are being taken back. Those who read them are told, with your reason."
