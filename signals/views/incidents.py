"""Sharing one signal, or one incident with several identifiers, by hand. A draft keeps what is typed between steps."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from lantern.lib.ids import new_id
from lantern.lib.marks import requires
from participants.policies import Action, groups_for
from participants.requests import MemberRequest
from signals.drafts import discard_draft, draft_of, keep_draft
from signals.foretelling import foretell
from signals.incident_form import (
    MOST_IDENTIFIERS,
    IncidentForm,
    Typed,
    any_of,
    blank,
    group_named,
    judged_form,
    template_row,
)
from signals.incident_form import shown_form as form_of
from signals.models import Draft, Outcome, Signal
from signals.sharing import Shared, share_incident

SHARED = "shared_incident"
TOLD = {
    Outcome.NEW: "New in the group.",
    Outcome.CORROBORATED: "Another company had shared it already; yours confirms it.",
    Outcome.ALREADY_YOURS: "You had shared this signal already. What you said now replaces what you said before.",
    Outcome.DUPLICATE: "The same as one above; shared once.",
}


@requires(Action.SHARE_SIGNALS)
def new(request: MemberRequest) -> HttpResponse:
    """Share what was found, or go on with what one had begun to type."""
    groups = groups_for(request.member, Action.SHARE_SIGNALS)
    if request.method == "POST":
        form = judged_form(request.POST, groups)
        if form.is_valid():
            sitting = _sitting(request)
            shared = share_incident(form.checked_rows, group=form.chosen_group, by=request.member, sitting=sitting)
            request.session[SHARED] = [[each.outcome, str(each.signal.pk)] for each in shared]
            messages.success(request, _said(shared))
            return redirect("signals:shared")
        keep_draft(Typed.of(request.POST).kept(), by=request.member)
        return _form(request, form, status=422)
    draft = draft_of(request.member)
    typed = Typed.again(draft.typed) if draft else Typed()
    return _form(request, form_of(typed, groups), draft=draft)


@requires(Action.SHARE_SIGNALS)
@require_POST
def add(request: MemberRequest) -> HttpResponse:
    """One identifier more, everything typed kept."""
    typed = Typed.of(request.POST)
    if len(typed.rows) < MOST_IDENTIFIERS:
        typed.rows.append(blank())
    keep_draft(typed.kept(), by=request.member)
    return redirect(f"{reverse('signals:new')}#identifier_{len(typed.rows)}")


@requires(Action.SHARE_SIGNALS)
@require_POST
def remove(request: MemberRequest) -> HttpResponse:
    """One identifier less, everything else kept."""
    typed = Typed.of(request.POST)
    number = request.POST.get("row", "")
    if number in map(str, range(1, len(typed.rows) + 1)):
        del typed.rows[int(number) - 1]
    keep_draft(typed.kept(), by=request.member)
    return redirect(f"{reverse('signals:new')}#identifiers")


@requires(Action.SHARE_SIGNALS)
@require_POST
def check(request: MemberRequest) -> HttpResponse:
    """What will be shared, and what is known of it: the whole form again, or what a script asks of one identifier."""
    groups = groups_for(request.member, Action.SHARE_SIGNALS)
    typed = Typed.of(request.POST)
    group = group_named(request.POST, groups)
    if request.headers.get("HX-Request"):
        said = foretell(typed.rows[0], group, by=request.member)
        return render(request, "signals/_foretold.html", {"said": said})
    keep_draft(typed.kept(), by=request.member)
    form = form_of(typed, groups)
    for row, cells in zip(form.rows, typed.rows, strict=True):
        row.said = foretell(cells, group, by=request.member) if any_of(cells) else None  # type: ignore[attr-defined]
    return _form(request, form)


@requires(Action.SHARE_SIGNALS)
@require_POST
def draft(request: MemberRequest) -> HttpResponse:
    """Keep what is typed so far. A script asks for it; a person presses a button."""
    typed = Typed.of(request.POST)
    by_script = bool(request.headers.get("HX-Request"))
    if not typed.is_empty:
        keep_draft(typed.kept(), by=request.member, sitting=_sitting(request) if by_script else None)
    if by_script:
        return HttpResponse(status=204)
    messages.success(request, "Kept for later. Only you can see it.")
    return redirect("signals:new")


@requires(Action.SHARE_SIGNALS)
@require_POST
def discard(request: MemberRequest) -> HttpResponse:
    """Forget what was typed."""
    discard_draft(by=request.member, sitting=_sitting(request))
    messages.success(request, "The draft is discarded.")
    return redirect("signals:new")


@requires(Action.SHARE_SIGNALS)
@require_safe
def shared(request: MemberRequest) -> HttpResponse:
    """What became of each identifier that was shared last."""
    told = request.session.get(SHARED)
    if not told:
        return redirect("signals:list")
    found = {str(signal.pk): signal for signal in _signals(request, [signal_id for _, signal_id in told])}
    rows = [
        {"signal": found[signal_id], "told": TOLD[Outcome(outcome)]}
        for outcome, signal_id in told
        if signal_id in found
    ]
    return render(request, "signals/shared.html", {"rows": rows})


def _signals(request: MemberRequest, ids: list[str]) -> Any:
    return Signal.objects.visible_to(request.member).with_handling(request.member).filter(pk__in=ids)


def _form(request: MemberRequest, form: IncidentForm, *, draft: Draft | None = None, status: int = 200) -> HttpResponse:
    context = {"form": form, "blank": template_row(), "draft": draft, "sitting": new_id()}
    return render(request, "signals/new.html", context, status=status)


def _sitting(request: MemberRequest) -> UUID | None:
    """The opening of the form that a request comes from."""
    try:
        return UUID(request.POST.get("sitting", ""))
    except ValueError:
        return None


def _said(shared: list[Shared]) -> str:
    number = len({each.signal.pk for each in shared})
    return f"Shared. {number} {'signal' if number == 1 else 'signals'}, visible to the group from now on."
