"""Looking after people: what one chose not to be given, what one has worked through today, and when a break is due.

Everything here is for the person alone. Its rows are behind a wall of their own (by person, not by participant), and
its event names nobody.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from audit.events import Event
from audit.models import AuditEvent
from audit.record import PORTAL, record
from lantern.lib.compiled import CompiledQuery, Parameter, prepared_cursor
from lantern.lib.tenancy import acting_as_system
from participants.models import Member
from reviews.models import CareChoice, Review, ReviewPractice, SecondReview, WorkedItem
from reviews.practice import practice_of
from signals.vocabulary import SEVERITIES

SEVERE_FROM = SEVERITIES["high"].rank
BREAK_AFTER = timedelta(minutes=50)
BREAK_AFTER_SEVERE = 40
BREAK_LENGTH = timedelta(minutes=10)
LONGEST_ITEM = timedelta(hours=1)
KEPT = timedelta(days=2)
BEGINNINGS = [Event.REVIEW_CLAIMED, Event.REVIEW_REOPENED, Event.SECOND_TAKEN]
ANY_SEVERITY = max(severity.rank for severity in SEVERITIES.values()) + 1

# A person's day, in one row. `before`: when the last of all items that began earlier had ended; an item that begins a
# break's length after it begins a new stretch, and while none is open for that long there is no stretch.
DAY = """
WITH worked AS (
    SELECT began_at, ended_at, is_severe, max(ended_at) OVER earlier AS before
    FROM reviews_workeditem WHERE user_id = %(user)s AND ended_at > %(since)s
    WINDOW earlier AS (ORDER BY began_at, ended_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), told AS (
    SELECT *, ended_at >= %(midnight)s AS is_of_today,
        max(began_at) FILTER (WHERE before IS NULL OR began_at - before >= %(break)s) OVER () AS stretch_began,
        %(now)s::timestamptz - max(ended_at) OVER () < %(break)s AS is_at_work
    FROM worked
)
SELECT count(*) FILTER (WHERE is_of_today),
    count(*) FILTER (WHERE is_of_today AND is_severe),
    sum(greatest(ended_at - greatest(began_at, before, %(midnight)s), interval '0')) FILTER (WHERE is_of_today),
    %(now)s::timestamptz - max(stretch_began) FILTER (WHERE is_at_work),
    count(*) FILTER (WHERE is_at_work AND is_severe AND began_at >= stretch_began)
FROM told
"""


@dataclass(frozen=True)
class Limits:
    """What a member is not given: these harm types, and anything of `below` or graver."""

    harm_types: list[str]
    below: int = ANY_SEVERITY

    @property
    def hide_something(self) -> bool:
        """Whether the queue may hold more than the member is given."""
        return bool(self.harm_types) or self.below < ANY_SEVERITY


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


def worked(item: Review | SecondReview, *, by: Member) -> None:
    """Note, for the member alone, that she has had this review or second look open since she took it."""
    now = timezone.now()
    asked = {"type": item._meta.label_lower, "id": str(item.pk), "user": by.user_id}
    taken_at = next((at for (at,) in _taken.rows(**asked)), now)
    began_at = min(now, max(taken_at, now - LONGEST_ITEM))
    review = item.review if isinstance(item, SecondReview) else item
    severe = review.signal.severity >= SEVERE_FROM
    WorkedItem.objects.create(user=by.user, is_severe=severe, began_at=began_at, ended_at=now)


def today_of(user: User, now: datetime | None = None) -> Today:
    """The person's day so far (UTC), and what came since the last ten minutes without an item open."""
    now = now or timezone.now()
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    values = {"user": user.pk, "now": now, "since": now - KEPT, "midnight": midnight, "break": BREAK_LENGTH}
    with prepared_cursor() as cursor:
        cursor.execute(DAY, values)
        items, severe, open_for, at_work_for, severe_since_break = cursor.fetchone()
    return Today(items, severe, _minutes(open_for), _minutes(at_work_for), severe_since_break)


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
def _taken() -> QuerySet[AuditEvent, tuple[datetime]]:
    of_item = AuditEvent.objects.filter(target_type=Parameter("type"), target_id=Parameter("id"))
    own = of_item.filter(event__in=BEGINNINGS, actor_id=Parameter("user"))
    return own.order_by("-id").values_list("at")[:1]


def _waits_for_break(member: Member, *, is_binding: bool) -> bool:
    return is_binding and today_of(member.user).break_is_due


def _minutes(length: timedelta | None) -> int:
    return length // timedelta(minutes=1) if length else 0
