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

Side = Feedback | GivenFeedback

CLOSED = "This thread takes no more messages, so nothing was sent."


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
    side = readable_side(feedback_id, request.member)
    if side is None:
        raise Http404
    return _page(request, side, MessageForm())


@requires(Action.DECIDE)
@require_POST
def message(request: MemberRequest, feedback_id: UUID) -> HttpResponse:
    """Write in the thread."""
    side, form = _known_side(feedback_id, request.member), MessageForm(request.POST)
    if side is None:
        raise Http404
    if not form.is_valid():
        return _page(request, side, form, status=422)
    try:
        write(feedback_id, form.cleaned_data["words"], by=request.member)
    except NamesSomebody:
        form.add_error("words", "Say it without identifiers of people.")
        return _page(request, side, form, status=422)
    except ThreadClosed:
        return _page(request, _known_side(feedback_id, request.member) or side, form, status=409)
    messages.success(request, "Sent. They read your words, never your name.")
    return redirect("reviews:feedback_one", feedback_id)


def readable_side(feedback_id: UUID, member: Member) -> Side | None:
    """The feedback as the member's company has it; None for one that it received and that was taken back since."""
    side = _known_side(feedback_id, member)
    return None if isinstance(side, Feedback) and side.taken_back_at else side


def _page(request: MemberRequest, side: Side, form: MessageForm, status: int = 200) -> HttpResponse:
    """What was written and is not taken any more stands on the page all the same."""
    feedback_id = side.pk if isinstance(side, Feedback) else side.feedback_id
    thread = messages_of(feedback_id, request.member)
    received_one = isinstance(side, Feedback)
    is_asked = side.kind == ASKS.name and not side.taken_back_at
    may_write = is_asked and sum(each.is_own for each in thread) < MOST_MESSAGES
    if form.is_bound and not may_write:
        messages.warning(request, CLOSED)
    context = {
        "row": side.row,
        "told_at": side.told_at,
        "taken_back_at": side.taken_back_at,
        "is_received": received_one,
        "company": _company(side) if isinstance(side, Feedback) else "",
        "signal": side.contribution.signal if isinstance(side, Feedback) else side.review.signal,
        "review": None if isinstance(side, Feedback) else side.review,
        "feedback_id": feedback_id,
        "thread": thread,
        "may_write": may_write,
        "form": form,
    }
    return render(request, "reviews/feedback_one.html", context, status=status)


def _known_side(feedback_id: UUID, member: Member) -> Side | None:
    own = Feedback.objects.visible_to(member).select_related("contribution__signal__sharing_group", "company")
    theirs = GivenFeedback.objects.visible_to(member).select_related("review__signal__sharing_group")
    return own.filter(pk=feedback_id).first() or theirs.filter(feedback=feedback_id).first()


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
