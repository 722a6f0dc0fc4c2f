"""What happened, for leads (own company), staff and auditors; and what proves that it was not changed."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from audit.keys import signer
from audit.models import Checkpoint
from audit.proofs import NotSealedYet, event_proof, growth_proof
from lantern.lib.marks import requires
from lantern.lib.paging import first_page
from participants.policies import Action, Person, can
from participants.recording import BIGGEST, RecordFilter, TooMany, events_for, take_out
from participants.requests import AnyRequest, MemberRequest

KEY = "before"


@requires(Action.VIEW_RECORD)
@require_safe
def listing(request: AnyRequest) -> HttpResponse:
    """The events, the newest first."""
    form = RecordFilter(request.GET)
    before = _number(request, KEY)
    found = form.narrow(events_for(_person(request)))
    page, more = first_page(found.filter(pk__lt=before) if before else found)
    context = {
        "events": page,
        "form": form,
        "is_filtered": any(form.cleaned_data.values()),
        "may_prove": can(_person(request), Action.PROVE_RECORD),
        "query": request.GET.urlencode(),
        "next_url": _next_url(request, page[-1].pk) if more else None,
    }
    return render(request, "participants/record.html", context)


@requires(Action.VIEW_RECORD, fresh=True)
@require_POST
def export(request: AnyRequest) -> HttpResponse:
    """The narrowed list as CSV. By POST, because taking it out is recorded."""
    try:
        lines = take_out(RecordFilter(request.GET).narrow(events_for(_person(request))), by=_person(request))
    except TooMany:
        messages.warning(request, f"More than {settings.EXPORT_APPROVAL_ROWS:,} events: choose a shorter time.")
        return redirect("record:list")
    return _file("\ufeff" + "".join(lines), "record.csv", "text/csv")


@requires(Action.PROVE_RECORD)
@require_safe
def proof(request: MemberRequest, event_id: int) -> HttpResponse:
    """The proof that an event of one's own company is in the signed record."""
    event = get_object_or_404(events_for(request.member), pk=min(event_id, BIGGEST))
    try:
        return _file(event_proof(event), f"event-{event.pk}.tlog-proof", "text/plain")
    except NotSealedYet:
        messages.info(request, "This event is not under a signature yet. Try again in a minute.")
        return redirect("record:list")


@requires(Action.VIEW_RECORD)
@require_safe
def checkpoints(request: AnyRequest) -> HttpResponse:
    """The signed checkpoints, the newest first, and the keys they are checked with."""
    found = Checkpoint.objects.order_by("-size")
    before = _number(request, KEY)
    page, more = first_page(found.filter(size__lt=before) if before else found)
    context = {
        "checkpoints": page,
        "keys": signer().verifier_keys(),
        "may_prove": can(_person(request), Action.PROVE_RECORD),
        "next_url": _next_url(request, page[-1].size) if more else None,
    }
    return render(request, "participants/checkpoints.html", context)


@requires(Action.PROVE_RECORD)
@require_safe
def checkpoint(_request: MemberRequest, size: int) -> HttpResponse:
    """One checkpoint, as it was signed."""
    found = get_object_or_404(Checkpoint, size=min(size, BIGGEST))
    return _file(found.note, f"checkpoint-{found.size}.txt", "text/plain")


@requires(Action.PROVE_RECORD)
@require_safe
def growth(request: AnyRequest, size: int) -> HttpResponse:
    """That the newest checkpoint, or the one of `?to=` events, extends this one."""
    old = get_object_or_404(Checkpoint, size=min(size, BIGGEST))
    wanted = Checkpoint.objects.filter(size__gte=old.size).order_by("-size")
    to = _number(request, "to")
    new = get_object_or_404(wanted, size=to) if to else wanted[0]
    return _file(growth_proof(old, new), f"growth-{old.size}-{new.size}.txt", "text/plain")


def _person(request: AnyRequest) -> Person:
    return request.member or request.user


def _number(request: AnyRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return min(int(text), BIGGEST) if text.isascii() and text.isdecimal() and len(text) < 20 else None


def _next_url(request: AnyRequest, last: int) -> str:
    query = request.GET.copy()
    query[KEY] = str(last)
    return f"{request.path}?{query.urlencode()}"


def _file(content: str, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
