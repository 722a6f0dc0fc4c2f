"""What the page of the queue shows around its list."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Min
from django.db.models.functions import Now

from lantern.lib.paging import MOST, capped_count
from participants.models import Member
from participants.policies import Action, can
from reviews.models import QueueView, Review, ReviewState
from reviews.models.review import ReviewQuerySet
from reviews.queue_filter import QueueFilter, parts_behind
from reviews.review_page import ShownReview, shown

MOST_MATCHING = 200
"""What a filter lets through is counted so far: some reviews, with their signals, are read for each that counts."""


def around(form: QueueFilter, rows: Sequence[Any], member: Member) -> dict[str, Any]:
    """How many are due, how old the oldest is, saved views, and why the list is empty, where it is."""
    views = list(QueueView.objects.visible_to(member).select_related("member__user").order_by("name"))
    matching = form.reviews()
    most = MOST_MATCHING if form.narrows_due else MOST
    matching_label = capped_count(matching, most).label
    due = Review.objects.visible_to(member).due()
    empty = "" if rows else "filtered" if form.is_narrowing else "clear"
    context = {
        "form": form,
        "due_label": capped_count(due).label,
        "matching_label": matching_label,
        "is_due_list": not form.state_asked,
        "within": form.within,
        "narrows_due": form.narrows_due,
        "due_matching_label": capped_count(form.due(), most).label if form.state_asked else matching_label,
        "oldest_at": _oldest(matching) if rows and not form.state_asked else None,
        "views": [{"view": view, "is_own": view.member_id == member.pk} for view in views],
        "empty": empty,
        "can_manage_queue": can(member, Action.MANAGE_QUEUE),
    }
    return {**context, "hidden": _hidden(member)} if empty == "clear" else context


def _hidden(member: Member) -> str:
    """How many open reviews of the company the member may not see; "" for none."""
    every = Review.objects.filter(participant=member.participant_id, state=ReviewState.OPEN)
    number = capped_count(every.exclude(pk__in=Review.objects.visible_to(member).due().order_by().values("pk")))
    return number.label if number.number else ""


def _oldest(due: ReviewQuerySet) -> Any:
    """When the first of them arrived, by the index `review_oldest`: a minimum over a join would read them all."""
    return due.order_by("created_at").values_list("created_at", flat=True).first()


def page_behind(last: Review | None, form: QueueFilter, member: Member, size: int) -> list[ShownReview]:
    """The first `size` of what was asked for that come after `last`; from the beginning where there is no last one."""
    page: list[ShownReview] = []
    for part in parts_behind(last, form.state_asked):
        if left := size - len(page):
            page += shown(form.reviews().filter(part)[:left], member)
    return page


def next_free(due: ReviewQuerySet) -> Any:
    """When the first of those that colleagues hold comes free at the latest; None where nobody holds any."""
    held = due.filter(holder__isnull=False, held_until__gt=Now())  # as the index `review_held` has it
    return held.aggregate(first=Min("held_until"))["first"]
