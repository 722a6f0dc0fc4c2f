"""What the page of a review shows around the signal: what is related and why, what happened, what was decided."""

import json
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
from participants.policies import Action, can
from reviews.keys import ACTS, FIXED, keys_of
from reviews.many import together_with
from reviews.models import Decision, DecisionTemplate, Review, SecondReview
from reviews.outcomes import REOPENINGS, VERDICTS
from reviews.queue_filter import QueueFilter
from reviews.second_reviews import hiding_second_of
from reviews.undoing import latest_undoable
from reviews.verdicts import told_verdicts
from reviews.viewing import colleagues_at
from signals.contribution_page import teller_name, told_contributions
from signals.models import Handling, Signal
from signals.related import related_to

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
    Event.REVIEW_UNDONE: "undid the decision",
    Event.REVIEW_REOPENED: "opened it again",
    Event.APPEAL_RECORDED: "recorded an appeal",
}
RELEASED = {
    "expired": "the time ran out",
    "signed_out": "signed out",
    "taken_back": "taken back by a lead",
    "signal_ended": "the signal ended",
    "skipped": "skipped",
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
    flag_label: str


def shown(reviews: QuerySet[Review], member: Member) -> list[ShownReview]:
    """The reviews of a list as `member` sees them, in a constant number of queries."""
    return [_shown(review, member) for review in reviews.with_lease()]  # type: ignore[attr-defined]


def _shown(review: Review, member: Member) -> ShownReview:
    holder = review.holder if review.is_held else None  # type: ignore[attr-defined]
    return ShownReview(
        id=review.pk,
        signal=review.signal,
        state=review.state,
        state_label=review.state_label,
        created_at=review.created_at,
        held_by_name=holder.name if holder else None,
        is_mine=holder is not None and holder.pk == member.pk,
        lease_until=review.held_until if holder else None,
        closed_reason=review.closed_reason,
        flag_label=review.flag_label,
    )


def page_of(review: Review, member: Member, asked: QueueFilter) -> dict[str, Any]:
    """The context of `reviews/review.html`, without the form and the value. `review` comes from `with_lease`.

    The list beside it is that of the filter `asked`, and so is what comes next.
    """
    signal, page = review.signal, _shown(review, member)
    mark = Handling.objects.filter(participant=member.participant_id, signal=signal)
    signal.own_tlp = mark.values_list("tlp", flat=True).first()  # type: ignore[attr-defined]
    listed = asked.reviews()
    context = {
        "review": page,
        "signal": signal,
        "contributions": told_contributions(signal, member),
        "queue": shown(listed[:NEXT_ITEMS], member),
        "due_label": capped_count(listed).label,
        "within": asked.within,
        "revealed": None,
        "confirmations": _confirmations(signal),
        "verdicts": told_verdicts(signal),
        "related": _related(signal, member),
        "history": sorted(_history(review, member), key=lambda entry: entry.at, reverse=True),
        "colleagues": colleagues_at(review, member),
        "can_manage_queue": can(member, Action.MANAGE_QUEUE),
        "guidance": GUIDANCE,
        **_decisions(review, member),
        **pressing(member),
    }
    return {**context, **_deciding(review, member, asked)} if page.is_mine else context


def pressing(member: Member) -> dict[str, Any]:
    """What every page of reviews has: the member's keys, and what she may still undo."""
    keys = keys_of(member)
    undoable = latest_undoable(member)
    return {
        "keys": json.dumps(keys),
        "key_help": [(keys[name], act.label) for name, act in ACTS.items()] + list(FIXED) if keys else [],
        "undoable": {"number": len(undoable), "until": undoable[0].final_at} if undoable else None,
    }


def _deciding(review: Review, member: Member, asked: QueueFilter) -> dict[str, Any]:
    """What only the holder needs: templates, what can be decided together, and what comes next, without its value."""
    together = capped_count(together_with(review, member)).number
    return {
        "reveal_url": reverse("reviews:reveal", args=[review.pk]) + asked.within,
        "templates": list(DecisionTemplate.objects.visible_to(member)),
        "together": together if together > 1 else 0,
        "next_up": asked.due().unclaimed().select_related("signal").first(),
    }


def _decisions(review: Review, member: Member) -> dict[str, Any]:
    """The decision that stands and those before it, and what may be done about it.

    None of them for a member who may still have the second look, and votes blind in it.
    """
    made = review.decisions.select_related("decided_by__user", "undone", "appeal").prefetch_related("measures")
    decisions = list(made.order_by("-pk"))
    if decisions and (second := hiding_second_of(review, member)):
        may_take = SecondReview.objects.due_for(member).filter(pk=second.pk).exists()
        return {"decision": None, "earlier": [], "hidden_by": {"second": second, "may_take": may_take}}
    told = [_told(decision) for decision in decisions]
    standing = next((each for each in told if not each["is_undone"]), None)
    return {
        "decision": standing,
        "earlier": [each for each in told if each is not standing],
        "reopenings": list(REOPENINGS.values()) if standing and review.signal.is_shared else [],
    }


def _confirmations(signal: Signal) -> str:
    others = signal.contributor_count - 1
    if others < 1:
        return ""
    return f"{signal.contributor_count:,} companies shared this signal independently of each other."


def _related(signal: Signal, member: Member) -> list[dict[str, Any]]:
    """What it is related to and why, and what one's own company decided there."""
    if not signal.is_shared:
        return []
    found = related_to(signal, member)
    if not found:
        return []
    own = (
        Decision.objects.in_force()
        .filter(participant=member.participant_id, review__signal__in=[each.signal.pk for each in found])
        .exclude(second_review__in=SecondReview.objects.hiding_from(member))
    )
    decided = {decision.review.signal_id: decision.verdict_label for decision in own.select_related("review")}
    return [
        {
            "kind": each.signal.kind,
            "kind_row": each.signal.kind_row,
            "masked_value": each.signal.masked_value,
            "why": each.why,
            "url": reverse("signals:signal", args=[each.signal.pk]),
            "decided": decided.get(each.signal.pk, ""),
        }
        for each in found
    ]


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
        did = HAPPENED[Event(event.event)]
        why = RELEASED.get(event.details.get("why", ""))
        yield Entry(event.at, f"{names.get(event.actor_id or 0, 'Lantern')}: {did}{f' ({why})' if why else ''}")


def _told(decision: Decision) -> dict[str, Any]:
    told = {
        name: getattr(decision, name)
        for name in ("pk", "verdict", "verdict_label", "policy", "reason", "decided_by", "decided_at", "is_undone")
    }
    appeal = getattr(decision, "appeal", None)
    return {
        **told,
        "measures": list(decision.measures.all()),
        "report_ids": decision.shown_report_ids,
        "appeal": appeal,
        "may_be_appealed": VERDICTS[decision.verdict].has_measures and appeal is None,
    }
