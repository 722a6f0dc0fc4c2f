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
from lantern.lib.paging import Capped, capped_count
from participants.models import Member
from participants.policies import Action, can
from reviews.appeals import may_be_appealed
from reviews.keys import ACTS, FIXED, keys_of
from reviews.many import number_together
from reviews.models import Decision, Review, ReviewState, SecondReview
from reviews.page_rows import (
    HAPPENED,
    MOST_LISTED,
    NEXT_ITEMS,
    decisions_on,
    first_due,
    happened_to,
    names_of,
    next_due,
    number_due,
    templates_of,
)
from reviews.queue_filter import QueueFilter
from reviews.second_reviews import hiding_second_of
from reviews.second_thoughts_forms import AppealForm, ReopenForm
from reviews.undoing import latest_undoable
from reviews.verdicts import told_verdicts
from reviews.viewing import colleagues_at
from signals.contribution_page import in_force_and_history, tell, teller_name
from signals.models import Contribution, Signal
from signals.related import related_to

GUIDANCE = (
    "Look for the account or content on your own platform first. Read what it did there, and judge that against your"
    " own policies, as if it had been reported by one of your users. If you find nothing of your own, dismiss it as not"
    " on your platform or as no violation found; that is a good answer. Never act on the signal alone."
)
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
    return [as_shown(review, member) for review in reviews.with_lease()]  # type: ignore[attr-defined]


def as_shown(review: Review, member: Member) -> ShownReview:
    """One of them; it comes from `with_lease`."""
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
    """The context of `reviews/review.html`, without the form and the value. `review` is a `known_review`.

    The list beside it is that of the filter `asked`, and so is what comes next.
    """
    signal, page = review.signal, as_shown(review, member)
    signal.own_tlp = review.own_tlp  # type: ignore[attr-defined]
    listed, number = _listed(asked, member)
    in_force, first = in_force_and_history(signal)
    contributions = tell(in_force, signal, member)
    context = {
        "review": page,
        "signal": signal,
        "contributions": contributions,
        "queue": listed,
        "due_label": number.label,
        "within": asked.within,
        "revealed": None,
        "confirmations": _confirmations(signal),
        "verdicts": told_verdicts(signal, member),
        "related": _related(signal, member),
        "history": sorted(_history(review, first, member), key=lambda entry: entry.at, reverse=True),
        "colleagues": colleagues_at(review, member),
        "can_manage_queue": can(member, Action.MANAGE_QUEUE),
        "guidance": GUIDANCE,
        **_decisions(review, member),
        **pressing(member),
    }
    if not page.is_mine:
        return context
    has_incident = any(told.has_incident for told in contributions)
    return {**context, **_deciding(review, member, asked, has_incident=has_incident)}


def _listed(asked: QueueFilter, member: Member) -> tuple[list[ShownReview], Capped]:
    """The first ones of the list beside the review, and how many there are of them, up to a hundred."""
    if asked.words:
        reviews = asked.reviews()
        return shown(reviews[:NEXT_ITEMS], member), capped_count(reviews, MOST_LISTED)
    return [as_shown(review, member) for review in first_due(member)], number_due(member)


def _next_up(asked: QueueFilter, member: Member) -> Review | None:
    if asked.narrows_due:
        return asked.due().unclaimed().select_related("signal").first()
    return next_due(member)


def pressing(member: Member) -> dict[str, Any]:
    """What every page of reviews has: the member's keys, and what she may still undo."""
    keys = keys_of(member)
    undoable = latest_undoable(member)
    return {
        "keys": json.dumps(keys),
        "key_help": (*((keys[name], act.label) for name, act in ACTS.items()), *FIXED) if keys else (),
        "undoable": {"number": len(undoable), "until": undoable[0].final_at} if undoable else None,
    }


def _deciding(review: Review, member: Member, asked: QueueFilter, *, has_incident: bool) -> dict[str, Any]:
    """What only the holder needs: templates, what can be decided together, and what comes next, without its value."""
    together = number_together(review, member) if has_incident else 0
    return {
        "reveal_url": reverse("reviews:reveal", args=[review.pk]) + asked.within,
        "templates": templates_of(member),
        "together": together if together > 1 else 0,
        "next_up": _next_up(asked, member),
    }


def _decisions(review: Review, member: Member) -> dict[str, Any]:
    """The decision that stands and those before it, and what may be done about it.

    None of them for a member who may still have the second look, and votes blind in it.
    """
    if not review.was_decided:  # type: ignore[attr-defined]
        return {"decision": None, "earlier": []}
    made = review.decisions.select_related("decided_by__user", "undone", "appeal").prefetch_related("measures")
    decisions = list(made.order_by("-pk"))
    if decisions and (second := hiding_second_of(review, member)):
        may_take = SecondReview.objects.due_for(member).filter(pk=second.pk).exists()
        return {"decision": None, "earlier": [], "hidden_by": {"second": second, "may_take": may_take}}
    standing = next((each for each in decisions if not each.is_undone), None)
    return {
        "decision": _told(standing) if standing else None,
        "earlier": [_told(each) for each in decisions if each is not standing],
        **(_second_thoughts(review, standing) if standing else {}),
    }


def _second_thoughts(review: Review, standing: Decision) -> dict[str, Any]:
    """The forms of what may follow the decision that stands; None for what may not."""
    is_decided = review.state == ReviewState.DECIDED
    return {
        "reopen_form": ReopenForm() if is_decided and review.signal.is_shared else None,
        "appeal_form": AppealForm() if is_decided and may_be_appealed(standing) else None,
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
    own = decisions_on([each.signal.pk for each in found], member)
    hidden = SecondReview.objects.hiding_from(member).filter(decision__in=own) if own else []
    hiding = {second.decision_id for second in hidden}
    decided = {each.review.signal_id: each.verdict_label for each in own if each.pk not in hiding}
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


def _history(review: Review, contributions: list[Contribution], member: Member) -> Iterator[Entry]:
    """What companies said about the signal, and what one's own company did with the review."""
    for contribution in contributions:
        yield Entry(contribution.shared_at, f"Shared by {teller_name(contribution, review.signal, member)}")
    latest = happened_to(review)
    names = {member.user_id: member.name}
    if others := [event.actor_id for event in latest if event.actor_id and event.actor_id not in names]:
        names |= names_of(others)
    for event in latest:
        did = HAPPENED[Event(event.event)]
        why = RELEASED.get(event.details.get("why", ""))
        yield Entry(event.at, f"{names.get(event.actor_id or 0, 'Lantern')}: {did}{f' ({why})' if why else ''}")


def _told(decision: Decision) -> dict[str, Any]:
    told = {
        name: getattr(decision, name)
        for name in ("pk", "verdict", "verdict_label", "policy", "reason", "decided_by", "decided_at", "is_undone")
    }
    return {
        **told,
        "measures": list(decision.measures.all()),
        "report_ids": decision.shown_report_ids,
        "appeal": getattr(decision, "appeal", None),
    }
