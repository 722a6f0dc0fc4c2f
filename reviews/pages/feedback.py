"""What became of what we shared, what we told others, and the short threads between."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from lantern.lib.marks import requires
from lantern.lib.paging import PAGE, first_page
from participants.models import Member
from participants.policies import Action
from participants.requests import MemberRequest
from reviews.feedback_kinds import ASKS, FEEDBACK_KINDS
from reviews.models import Feedback, GivenFeedback
from reviews.pages.forms import MessageForm
from reviews.threads import MOST_MESSAGES, NamesSomebody, ThreadClosed, messages_of, write
from signals.page_keys import after_key, next_url


@requires(Action.VIEW_SIGNALS)
@require_safe
def received(request: MemberRequest) -> HttpResponse:
    """What others' decisions meant for what we shared, in sum and one by one, the newest first."""
    own = Feedback.objects.visible_to(request.member).standing()
    kind = FEEDBACK_KINDS.get(request.GET.get("kind", ""))
    rows = (own.filter(kind=kind.name) if kind else own).order_by("-id")
    if after := after_key(request):
        rows = rows.filter(pk__lt=after)
    found, more = first_page(rows.select_related("contribution__signal__sharing_group", "company"), PAGE)
    context = {
        "sums": _sums(own.values_list("kind").annotate(number=Count("pk"))),
        "rows": [_row(feedback) for feedback in found],
        "kinds": FEEDBACK_KINDS.values(),
        "kind": kind,
        "next_url": next_url(request, found[-1].pk) if more else None,
    }
    return render(request, "reviews/feedback.html", context)


@requires(Action.VIEW_SIGNALS)
@require_safe
def given(request: MemberRequest) -> HttpResponse:
    """What we told others, the newest first."""
    own = GivenFeedback.objects.visible_to(request.member).order_by("-id")
    if after := after_key(request):
        own = own.filter(pk__lt=after)
    found, more = first_page(own.select_related("review__signal"), PAGE)
    context = {"rows": found, "next_url": next_url(request, found[-1].pk) if more else None}
    return render(request, "reviews/feedback_given.html", context)


@requires(Action.VIEW_SIGNALS)
@require_safe
def one(request: MemberRequest, feedback_id: UUID) -> HttpResponse:
    """One feedback as our side sees it, with its thread where something is asked."""
    return _page(request, feedback_id, MessageForm())


@requires(Action.DECIDE)
@require_POST
def message(request: MemberRequest, feedback_id: UUID) -> HttpResponse:
    """Write in the thread."""
    form = MessageForm(request.POST)
    if not form.is_valid():
        return _page(request, feedback_id, form, status=422)
    _side_of(feedback_id, request.member)
    try:
        write(feedback_id, form.cleaned_data["words"], by=request.member)
    except NamesSomebody:
        form.add_error("words", "Say it without identifiers of people.")
        return _page(request, feedback_id, form, status=422)
    except ThreadClosed:
        messages.warning(request, "This thread takes no more messages, so nothing was sent.")
        return redirect("reviews:feedback_one", feedback_id)
    messages.success(request, "Sent. They read your words, never your name.")
    return redirect("reviews:feedback_one", feedback_id)


def _page(request: MemberRequest, feedback_id: UUID, form: MessageForm, status: int = 200) -> HttpResponse:
    side = _side_of(feedback_id, request.member)
    thread = messages_of(feedback_id, request.member)
    received_one = isinstance(side, Feedback)
    context = {
        "row": side.row,
        "told_at": side.told_at,
        "is_received": received_one,
        "company": _company(side) if isinstance(side, Feedback) else "",
        "signal": side.contribution.signal if isinstance(side, Feedback) else side.review.signal,
        "review": None if isinstance(side, Feedback) else side.review,
        "feedback_id": feedback_id,
        "thread": thread,
        "may_write": side.kind == ASKS.name and sum(each.is_own for each in thread) < MOST_MESSAGES,
        "form": form,
    }
    return render(request, "reviews/feedback_one.html", context, status=status)


def _side_of(feedback_id: UUID, member: Member) -> Feedback | GivenFeedback:
    own = (
        Feedback.objects.visible_to(member).standing().select_related("contribution__signal__sharing_group", "company")
    )
    side = own.filter(pk=feedback_id).first()
    theirs = GivenFeedback.objects.visible_to(member).select_related("review__signal__sharing_group")
    found = side or theirs.filter(feedback=feedback_id).first()
    if found is None:
        raise Http404
    return found


def _row(feedback: Feedback) -> dict[str, object]:
    signal = feedback.contribution.signal
    return {"feedback": feedback, "signal": signal, "company": _company(feedback), "row": feedback.row}


def _company(feedback: Feedback) -> str:
    """The name, where the sharing group named companies then and does now."""
    named = feedback.contribution.signal.sharing_group.names_reviewers
    return feedback.company.name if named and feedback.company else "A participant"


def _sums(counts: object) -> list[dict[str, object]]:
    numbers = dict(counts)  # type: ignore[call-overload]
    most = max(numbers.values(), default=0)
    return [
        {
            "label": kind.label,
            "meaning": kind.meaning,
            "number": numbers.get(kind.name, 0),
            "value": f"{numbers.get(kind.name, 0):,}",
            "width": round(100 * numbers.get(kind.name, 0) / most, 1) if most else 0,
            "mark": "",
        }
        for kind in FEEDBACK_KINDS.values()
    ]
