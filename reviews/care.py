"""Looking after people: what one chose not to be given, what one has worked through today, and when a break is due.

Everything here is for the person alone. Its rows are behind a wall of their own (by person, not by participant), and
its event names nobody.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from audit.events import Event
from audit.models import AuditEvent
from audit.record import PORTAL, record
from lantern.lib.compiled import CompiledQuery, Parameter
from lantern.lib.tenancy import acting_as_system
from participants.models import Member
from reviews.models import CareChoice, Review, ReviewPractice, WorkedItem
from reviews.practice import practice_of
from signals.vocabulary import SEVERITIES

SEVERE_FROM = SEVERITIES["high"].rank
BREAK_AFTER = timedelta(minutes=50)
BREAK_AFTER_SEVERE = 40
BREAK_LENGTH = timedelta(minutes=10)
LONGEST_ITEM = timedelta(hours=1)
KEPT = timedelta(days=2)
ANY_SEVERITY = max(severity.rank for severity in SEVERITIES.values()) + 1


@dataclass(frozen=True)
class Limits:
    """What a member is not given: these harm types, and anything of `below` or graver."""

    harm_types: list[str]
    below: int = ANY_SEVERITY

    @property
    def hide_something(self) -> bool:
        """Whether the queue may hold more than the member is given."""
        return bool(self.harm_types) or self.below < ANY_SEVERITY


class Item(NamedTuple):
    """One review that somebody had open, and how long."""

    began_at: datetime
    ended_at: datetime
    is_severe: bool


@dataclass(frozen=True)
class Today:
    """One's own day. Minutes are those with at least one item open, each counted once."""

    items: int
    severe: int
    minutes: int
    minutes_since_break: int
    severe_since_break: int

    @property
    def break_is_due(self) -> bool:
        """Whether it is time to stop for ten minutes."""
        return self.minutes_since_break * 60 >= BREAK_AFTER.total_seconds() or (
            self.severe_since_break >= BREAK_AFTER_SEVERE
        )


def choice_of(user: User) -> CareChoice:
    """What a person chose, or nothing."""
    return CareChoice.objects.filter(user=user).first() or CareChoice(user=user)


@transaction.atomic
def choose_care(
    *, harm_types: Collection[str], nothing_severe: bool, until: datetime | None = None, by: Member
) -> None:
    """Keep what one does not want to be given. No reason is asked; the event says that somebody chose, not who."""
    values = {
        "harm_types": sorted(harm_types),
        "nothing_severe": nothing_severe,
        "nothing_severe_until": until if nothing_severe else None,
    }
    CareChoice.objects.update_or_create(user=by.user, defaults=values)
    record(Event.CARE_CHOSEN, CareChoice, by=PORTAL)


def limits_of(member: Member) -> Limits:
    """What the queue does not give the member now: her own choice, and severe items while a binding break is due."""
    [(harm_types, is_spared, break_is_binding)] = _chosen.rows(member=member.pk)
    if is_spared or _waits_for_break(member, is_binding=break_is_binding):
        return Limits(harm_types or [], SEVERE_FROM)
    return Limits(harm_types or [])


def must_break(member: Member) -> bool:
    """Whether her participant makes breaks binding and one is due: then severe items wait."""
    return _waits_for_break(member, is_binding=practice_of(member.participant_id).break_is_binding)


def worked(review: Review, *, by: Member) -> None:
    """Note, for the member alone, that she has had this review open since she claimed it."""
    now = timezone.now()
    claimed_at = next((at for (at,) in _claimed.rows(review=str(review.pk), user=by.user_id)), now)
    began_at = min(now, max(claimed_at, now - LONGEST_ITEM))
    severe = review.signal.severity >= SEVERE_FROM
    WorkedItem.objects.create(user=by.user, is_severe=severe, began_at=began_at, ended_at=now)


def today_of(user: User, now: datetime | None = None) -> Today:
    """The person's day so far (UTC), and what came since the last ten minutes without an item open."""
    now = now or timezone.now()
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    items = [Item(*row) for row in _items.rows(user=user.pk, since=now - KEPT)]
    day = [item for item in items if item.ended_at >= midnight]
    stretch = _since_break(items, now)
    return Today(
        items=len(day),
        severe=sum(item.is_severe for item in day),
        minutes=_minutes(day, midnight),
        minutes_since_break=int((now - stretch[0].began_at).total_seconds() // 60) if stretch else 0,
        severe_since_break=sum(item.is_severe for item in stretch),
    )


def clear_worked() -> int:
    """Remove what is older than two days: nobody needs it any more. Safe to run twice."""
    with acting_as_system():
        return WorkedItem.objects.filter(ended_at__lt=timezone.now() - KEPT).delete()[0]


@CompiledQuery
def _chosen() -> QuerySet[Member, tuple[list[str] | None, bool, bool]]:
    choice = CareChoice.objects.filter(user=OuterRef("user"))
    spared = Q(nothing_severe=True) & (Q(nothing_severe_until=None) | Q(nothing_severe_until__gt=Now()))
    binding = ReviewPractice.objects.filter(participant=OuterRef("participant"), break_is_binding=True)
    member = Member.objects.filter(pk=Parameter("member"))
    return member.values_list(Subquery(choice.values("harm_types")), Exists(choice.filter(spared)), Exists(binding))


@CompiledQuery
def _items() -> QuerySet[WorkedItem, tuple[datetime, datetime, bool]]:
    items = WorkedItem.objects.filter(user=Parameter("user"), ended_at__gt=Parameter("since"))
    return items.order_by("began_at", "ended_at").values_list("began_at", "ended_at", "is_severe")


@CompiledQuery
def _claimed() -> QuerySet[AuditEvent, tuple[datetime]]:
    claims = AuditEvent.objects.filter(target_type="reviews.review", target_id=Parameter("review"))
    own = claims.filter(event=Event.REVIEW_CLAIMED, actor_id=Parameter("user"))
    return own.order_by("-id").values_list("at")[:1]


def _waits_for_break(member: Member, *, is_binding: bool) -> bool:
    return is_binding and today_of(member.user).break_is_due


def _since_break(items: Sequence[Item], now: datetime) -> list[Item]:
    """The last items between which there was no break, oldest first; none when a break is being taken."""
    stretch: list[Item] = []
    end: datetime | None = None
    for item in items:
        if end is not None and item.began_at - end >= BREAK_LENGTH:
            stretch = []
        stretch.append(item)
        end = max(end or item.ended_at, item.ended_at)
    return [] if end is None or now - end >= BREAK_LENGTH else stretch


def _minutes(items: Sequence[Item], since: datetime) -> int:
    total, reached = timedelta(), since
    for item in items:
        start = max(item.began_at, reached)
        if item.ended_at > start:
            total += item.ended_at - start
            reached = item.ended_at
    return int(total.total_seconds() // 60)
