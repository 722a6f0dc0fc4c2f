"""What the page of a review shows around the signal: what is related and why, what happened, what was decided."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from audit.events import Event
from audit.models import AuditEvent
from lantern.lib.paging import capped_count
from participants.models import Member
from reviews.models import Decision, Review, ReviewState
from signals.contribution_page import teller_name, told_contributions
from signals.models import Contribution, Signal

MOST_RELATED = 20
NEXT_ITEMS = 8
MOST_HISTORY = 50

GUIDANCE = (
    "Look for the account or content on your own platform first. Read what it did there, and judge that against your"
    " own policies, as if it had been reported by one of your users. If you find nothing of your own, dismiss it as not"
    " on your platform or as no violation found; that is a good answer. Never act on the signal alone."
)
HAPPENED = {
    Event.REVIEW_CLAIMED: "claimed",
    Event.REVIEW_KEPT: "kept for longer",
    Event.REVIEW_RELEASED: "given back",
    Event.REVIEW_DECIDED: "decided",
}


@dataclass(frozen=True)
class Entry:
    """One line of the history."""

    at: datetime
    text: str


@dataclass(frozen=True)
class ShownReview:
    """A review as one member sees it in a list or on its page."""

    id: UUID
    signal: Signal
    state: str
    state_label: str
    created_at: datetime
    held_by_name: str | None
    is_mine: bool
    lease_until: datetime | None
    closed_reason: str


def shown(reviews: QuerySet[Review], member: Member) -> list[ShownReview]:
    """The reviews of a list as `member` sees them, in a constant number of queries."""
    return [_shown(review, member) for review in reviews.with_lease()]  # type: ignore[attr-defined]


def _shown(review: Review, member: Member) -> ShownReview:
    holder = review.holder if review.is_held else None  # type: ignore[attr-defined]
    closed = "The signal was taken back or has ended." if review.state == ReviewState.CLOSED else ""
    return ShownReview(
        id=review.pk,
        signal=review.signal,
        state=review.state,
        state_label=review.state_label,
        created_at=review.created_at,
        held_by_name=holder.name if holder else None,
        is_mine=holder is not None and holder.pk == member.pk,
        lease_until=review.held_until if holder else None,
        closed_reason=closed,
    )


def page_of(review: Review, member: Member) -> dict[str, Any]:
    """The context of `reviews/review.html`, without the form and the value. `review` comes from `with_lease`."""
    signal = review.signal
    due = Review.objects.visible_to(member).due()
    return {
        "review": _shown(review, member),
        "signal": signal,
        "contributions": told_contributions(signal, member),
        "queue": shown(due[:NEXT_ITEMS], member),
        "due_label": capped_count(due).label,
        "revealed": None,
        "confirmations": _confirmations(signal),
        "related": list(_related(signal, member)),
        "history": sorted(_history(review, member), key=lambda entry: entry.at, reverse=True),
        "decision": _told(_decision(review)),
        "guidance": GUIDANCE,
    }


def _confirmations(signal: Signal) -> str:
    others = signal.contributor_count - 1
    if others < 1:
        return ""
    return f"{signal.contributor_count:,} companies shared this signal independently of each other."


def _related(signal: Signal, member: Member) -> Iterator[dict[str, Any]]:
    """Other signals of the same incidents, where the member sees them."""
    own = Contribution.objects.in_force().filter(signal=signal, incident__isnull=False).values("incident")
    near = Contribution.objects.in_force().filter(incident__in=own).exclude(signal=signal).values("signal")
    for other in Signal.objects.visible_to(member).filter(pk__in=near).order_by("-id")[:MOST_RELATED]:
        url = reverse("signals:signal", args=[other.pk])
        row = {"kind": other.kind, "kind_row": other.kind_row, "masked_value": other.masked_value}
        yield {**row, "why": "same incident", "url": url}


def _history(review: Review, member: Member) -> Iterator[Entry]:
    """What companies said about the signal, and what one's own company did with the review."""
    contributions = review.signal.contributions.select_related("participant").order_by("shared_at")
    for contribution in contributions[:MOST_HISTORY]:
        yield Entry(contribution.shared_at, f"Shared by {teller_name(contribution, review.signal, member)}")
    events = AuditEvent.objects.filter(target_type="reviews.review", target_id=str(review.pk), event__in=HAPPENED)
    latest = list(events.order_by("-id")[:MOST_HISTORY])
    members = Member.objects.filter(user__in={event.actor_id for event in latest}).select_related("user")
    names = {colleague.user_id: colleague.name for colleague in members}
    for event in latest:
        yield Entry(event.at, f"{names.get(event.actor_id or 0, 'Somebody')}: {HAPPENED[Event(event.event)]}")


def _decision(review: Review) -> Decision | None:
    """The decision that stands."""
    decisions = review.decisions.filter(replaced_by__isnull=True)
    return decisions.select_related("decided_by__user").prefetch_related("measures").first()


def _told(decision: Decision | None) -> dict[str, Any] | None:
    if decision is None:
        return None
    told = {
        name: getattr(decision, name) for name in ("verdict", "verdict_label", "reason", "decided_by", "decided_at")
    }
    return {**told, "measures": list(decision.measures.all())}
