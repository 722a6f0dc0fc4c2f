"""Which signals enter whose queue, and how urgently: set-based, exactly one review per participant and signal."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Q
from guardian.shortcuts import get_objects_for_group

from audit.events import Event
from audit.record import PORTAL, record
from lantern.lib.bell import ring
from lantern.lib.tenancy import acting_as_system
from participants.models import Participant, SharingGroup
from reviews.models import Review
from reviews.rules import DEFAULT
from reviews.settling import refresh_disputes
from signals.models import Contribution, Signal

SLICE_SIGNALS = 5_000
UNROUTED = timedelta(hours=1)  # how long what is shared may wait for its routing, at the most

# Signals that are being merged at this moment are skipped; their merge rings again.
TAKE = """
SELECT id FROM signals_signal WHERE routing_due ORDER BY id LIMIT %(size)s FOR UPDATE SKIP LOCKED
"""

# Priority, the weightiest first: names one's own service, severity, corroboration. Age is the order within it.
NAMES_SERVICE = 1_000
PRIORITY = f"""
    (s.service <> '' AND jsonb_exists(p.services, s.service))::int * {NAMES_SERVICE} + s.severity * 100
    + least(s.contributor_count, 99)
"""

REVIEWED = """
SELECT taken.id FROM unnest(%(signals)s) AS taken(id)
CROSS JOIN LATERAL (SELECT FROM reviews_review r WHERE r.signal_id = taken.id LIMIT 1) one
"""

# Readers are active participants that may see the group's signals; never those who shared the signal themselves. Both
# sides are small and looked up once, so that a review costs little more than its insertion. Making an id costs half as
# much as that: a signal gets one, and its readers' reviews differ from it in the last 16 bits.
ROUTE = f"""
WITH reader AS MATERIALIZED (
    SELECT seen.content_object_id AS group_id, p.id, p.services, rule.participant_id IS NOT NULL AS has_rule,
        coalesce(rule.kinds, %(kinds)s) AS kinds, rule.harm_types, rule.severities,
        lpad(to_hex(row_number() OVER () - 1), 4, '0') AS place
    FROM participants_sharinggrouppermission seen
    JOIN auth_permission may ON may.id = seen.permission_id AND may.codename = 'view_signals'
    JOIN participants_participant p ON p.auth_group_id = seen.group_id AND p.state = 'active'
    LEFT JOIN reviews_routingrule rule ON rule.participant_id = p.id
), taken AS MATERIALIZED (
    SELECT s.id, s.sharing_group_id, s.kind, s.service, s.harm_types, s.severity, s.contributor_count,
        left(lantern_new_id()::text, -4) AS head,
        ARRAY(SELECT c.participant_id FROM signals_contribution c
              WHERE c.signal_id = s.id AND c.state = 'in_force') AS sharers
    FROM signals_signal s WHERE s.id = ANY(%(signals)s) AND s.contributor_count > 0
)
INSERT INTO reviews_review (id, participant_id, signal_id, state, priority)
SELECT (s.head || p.place)::uuid, p.id, s.id, 'open', {PRIORITY}
FROM taken s JOIN reader p ON p.group_id = s.sharing_group_id
WHERE p.id <> ALL(s.sharers) AND (
    s.kind = ANY(p.kinds) AND (NOT p.has_rule OR (s.harm_types && p.harm_types AND s.severity = ANY(p.severities)))
    OR {{or_reviewed}}
)
ORDER BY s.id, p.id
"""

# Signals are locked while they are routed, so nobody else makes reviews of those that have none.
ROUTE_FIRST = ROUTE.format(or_reviewed="false")

# What has a review follows its signal whatever the rule says now: it rises with it, and opens again when closed.
ROUTE_AGAIN = (
    ROUTE.format(
        or_reviewed="EXISTS (SELECT 1 FROM reviews_review o WHERE o.signal_id = s.id AND o.participant_id = p.id)"
    )
    + """
ON CONFLICT (signal_id, participant_id) DO UPDATE SET priority = EXCLUDED.priority, state = 'open', closed_because = '',
    created_at = CASE reviews_review.state WHEN 'open' THEN reviews_review.created_at ELSE statement_timestamp() END
WHERE reviews_review.state = 'closed'
OR (reviews_review.state = 'open' AND reviews_review.priority <> EXCLUDED.priority)
"""
)

# Whoever shares a signal too, or sees its group no more, gets no review of it, but the one there is follows as well.
FOLLOW = f"""
UPDATE reviews_review r SET priority = {PRIORITY}
FROM signals_signal s, participants_participant p
WHERE s.id = ANY(%(signals)s) AND r.signal_id = s.id AND p.id = r.participant_id
AND r.state = 'open' AND r.priority <> {PRIORITY}
"""

# The signal of a decided review lives again: the banner that it has ended goes.
UNFLAG = """
UPDATE reviews_review r SET flag = '' FROM signals_signal s
WHERE s.id = ANY(%(signals)s) AND r.signal_id = s.id AND r.flag = 'ended' AND s.contributor_count > 0
"""

# Of what changed, the signals on which somebody has decided: corroborated, taken back or alive again, they may have
# become disputed, or be so no longer.
DECIDED = "SELECT DISTINCT signal_id FROM reviews_review WHERE signal_id = ANY(%(signals)s) AND state = 'decided'"

DONE = "UPDATE signals_signal SET routing_due = false WHERE id = ANY(%(signals)s)"


def priorities_of(severity: int) -> list[int]:
    """Every `PRIORITY` of a signal of that severity: where its open reviews stand in the index of the queue."""
    least = severity * 100
    return [*range(least, least + 100), *range(NAMES_SERVICE + least, NAMES_SERVICE + least + 100)]


def route() -> int:
    """Route everything that is due, slice by slice; returns how many reviews were made or made more urgent."""
    total = 0
    while True:
        taken, routed = _route_slice()
        total += routed
        if not taken:
            return total


def miss(participant: Participant, *, since: datetime) -> None:
    """Have routed again what `participant` did not get in its groups from `since` on, while it did not take part.

    That is what others shared meanwhile, or so shortly before that it was not routed yet, and what others still share
    after the participant's own word on it has ended.
    """
    with acting_as_system():
        groups = get_objects_for_group(participant.auth_group, "participants.view_signals", klass=SharingGroup)
        own = Contribution.objects.filter(participant=participant, ended_at__gte=since)
        missed = Q(last_shared_at__gte=since - UNROUTED) | Q(pk__in=own.values("signal"))
        there = Signal.objects.filter(sharing_group__in=list(groups), contributor_count__gt=0)
        there.filter(missed).update(routing_due=True)
    ring("reviews.route")


def _route_slice() -> tuple[int, int]:
    with acting_as_system(), connection.cursor() as cursor:
        cursor.execute(TAKE, {"size": SLICE_SIGNALS})
        signals = [row[0] for row in cursor.fetchall()]
        if not signals:
            return 0, 0
        routed = _make(cursor, signals)
        cursor.execute(DONE, {"signals": signals})
        if routed:
            record(Event.REVIEWS_ROUTED, Review, by=PORTAL, signals=len(signals), reviews=routed)
        return len(signals), routed


def _make(cursor: CursorWrapper, signals: list[UUID]) -> int:
    """Make the reviews of signals that have none yet, and bring those of the others up to date; how many in all."""
    cursor.execute(REVIEWED, {"signals": signals})
    reviewed = {row[0] for row in cursor.fetchall()}
    fresh = [signal for signal in signals if signal not in reviewed]
    cursor.execute(ROUTE_FIRST, {"signals": fresh, "kinds": list(DEFAULT.kinds)})
    made: int = cursor.rowcount
    if reviewed:
        cursor.execute(ROUTE_AGAIN, {"signals": list(reviewed), "kinds": list(DEFAULT.kinds)})
        made += cursor.rowcount
        cursor.execute(FOLLOW, {"signals": list(reviewed)})
        made += cursor.rowcount
        cursor.execute(UNFLAG, {"signals": list(reviewed)})
        cursor.execute(DECIDED, {"signals": list(reviewed)})
        refresh_disputes([row[0] for row in cursor.fetchall()])
    return made
