"""What the page of a review shows around the signal: what is related and why, what happened, what was decided."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.urls import reverse

from audit.events import Event
from audit.models import AuditEvent
from lantern.lib.compiled import CompiledQuery, IsAnyOf, Parameter
from lantern.lib.paging import Capped, capped, capped_count
from participants.models import Member
from participants.policies import Action, can, group_keys
from reviews.keys import ACTS, FIXED, keys_of
from reviews.many import number_together
from reviews.models import Decision, DecisionTemplate, Review, SecondReview
from reviews.models.review import ReviewQuerySet
from reviews.outcomes import REOPENINGS, VERDICTS
from reviews.queue_filter import QueueFilter
from reviews.second_reviews import hiding_second_of
from reviews.undoing import latest_undoable
from reviews.verdicts import told_verdicts
from reviews.viewing import colleagues_at
from signals.contribution_page import in_force_and_history, tell, teller_name
from signals.models import Contribution, Handling, Signal
from signals.related import related_to

NEXT_ITEMS = 8
MOST_HISTORY = 50
MOST_LISTED = 100

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
    return [as_shown(review, member) for review in reviews.with_lease()]  # type: ignore[attr-defined]


def known_review(review_id: UUID, member: Member) -> Review | None:
    """The review, ended or not, if it is one of the member's company's that she may know of; as `page_of` takes it.

    With its lease, whether there is a decision about it, and with the mark of the company's own on its signal.
    """
    groups = group_keys(member, Action.VIEW_SIGNALS)
    return _known.first(review=review_id, participant=member.participant_id, groups=groups)


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
        "verdicts": told_verdicts(signal),
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
    own = _whose(member)
    return [as_shown(review, member) for review in _due.objects(**own)], capped(
        len(_due_beside.rows(**own)), MOST_LISTED
    )


def _next_up(asked: QueueFilter, member: Member) -> Review | None:
    if asked.narrows_due:
        return asked.due().unclaimed().select_related("signal").first()
    return _next_due.first(**_whose(member))


def _whose(member: Member) -> dict[str, Any]:
    return {"participant": member.participant_id, "groups": group_keys(member, Action.VIEW_SIGNALS)}


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
        "templates": _templates.objects(participant=member.participant_id),
        "together": together if together > 1 else 0,
        "next_up": _next_up(asked, member),
    }


def _decisions(review: Review, member: Member) -> dict[str, Any]:
    """The decision that stands and those before it, and what may be done about it.

    None of them for a member who may still have the second look, and votes blind in it.
    """
    if not review.was_decided:  # type: ignore[attr-defined]
        return {"decision": None, "earlier": [], "reopenings": []}
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
    own = _decided.objects(signals=[each.signal.pk for each in found], participant=member.participant_id)
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
    latest = _happened.objects(review=str(review.pk))
    names = {member.user_id: member.name}
    if others := [event.actor_id for event in latest if event.actor_id not in {None, *names}]:
        names |= {colleague.user_id: colleague.name for colleague in _members.objects(users=others)}
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


@CompiledQuery
def _known() -> QuerySet[Review]:
    known = Review.objects.known_in(Parameter("groups"), participant=Parameter("participant"))
    marks = Handling.objects.filter(participant=OuterRef("participant"), signal=OuterRef("signal"))
    decided = Exists(Decision.objects.filter(review=OuterRef("pk")))
    found = known.filter(pk=Parameter("review")).with_lease()
    return found.annotate(was_decided=decided, own_tlp=Subquery(marks.values("tlp")))


def _all_due() -> ReviewQuerySet:
    return Review.objects.visible_in(Parameter("groups"), participant=Parameter("participant")).due()


@CompiledQuery
def _due() -> QuerySet[Review]:
    # Only what the list shows: most of the time goes into reading columns.
    listed = _all_due().with_lease().select_related(None).select_related("signal", "holder__user")
    of_signal = ("kind", "service", "value", "contributor_count", "severity")
    return listed.only(
        "state", "created_at", "held_until", "closed_because", "flag", "holder__user__name",
        *(f"signal__{name}" for name in of_signal),
    )[:NEXT_ITEMS]  # fmt: skip


@CompiledQuery
def _due_beside() -> QuerySet[Review, tuple[str]]:
    return _all_due().order_by().values_list("state")[: MOST_LISTED + 1]


@CompiledQuery
def _next_due() -> QuerySet[Review]:
    return _all_due().unclaimed().select_related("signal")[:1]


@CompiledQuery
def _happened() -> QuerySet[AuditEvent]:
    events = AuditEvent.objects.filter(target_type="reviews.review", target_id=Parameter("review"))
    return events.filter(event__in=list(HAPPENED)).order_by("-id")[:MOST_HISTORY]


@CompiledQuery
def _members() -> QuerySet[Member]:
    return Member.objects.filter(IsAnyOf("user", Parameter("users"))).select_related("user")


@CompiledQuery
def _decided() -> QuerySet[Decision]:
    own = Decision.objects.in_force().filter(participant=Parameter("participant"))
    return own.filter(IsAnyOf("review__signal", Parameter("signals"))).select_related("review")


@CompiledQuery
def _templates() -> QuerySet[DecisionTemplate]:
    return DecisionTemplate.objects.filter(participant=Parameter("participant")).order_by("name")
