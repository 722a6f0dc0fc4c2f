"""Which signals enter whose queue, and how urgently: set-based, exactly one review per participant and signal."""

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q
from guardian.shortcuts import get_objects_for_group

from audit.events import Event
from audit.record import PORTAL, record
from lantern.lib.bell import ring
from lantern.lib.tenancy import acting_as_system
from participants.models import Participant, SharingGroup
from reviews.models import Review
from reviews.rules import DEFAULT
from signals.models import Contribution, Signal

SLICE_SIGNALS = 2_000
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

# Readers are active participants that may see the group's signals; never those who shared the signal themselves. What
# has a review follows its signal whatever the rule says now: it rises with it, and opens again where it had closed.
ROUTE = f"""
INSERT INTO reviews_review (id, participant_id, signal_id, state, priority)
SELECT lantern_new_id(), p.id, s.id, 'open', {PRIORITY}
FROM signals_signal s
JOIN participants_sharinggrouppermission reader ON reader.content_object_id = s.sharing_group_id
JOIN auth_permission may ON may.id = reader.permission_id AND may.codename = 'view_signals'
JOIN participants_participant p ON p.auth_group_id = reader.group_id AND p.state = 'active'
LEFT JOIN reviews_routingrule rule ON rule.participant_id = p.id
WHERE s.id = ANY(%(signals)s) AND s.contributor_count > 0
AND (
    s.kind = ANY(coalesce(rule.kinds, %(kinds)s))
    AND (rule.participant_id IS NULL OR (s.harm_types && rule.harm_types AND s.severity = ANY(rule.severities)))
    OR EXISTS (SELECT 1 FROM reviews_review o WHERE o.signal_id = s.id AND o.participant_id = p.id)
)
AND NOT EXISTS (SELECT 1 FROM signals_contribution c
                WHERE c.signal_id = s.id AND c.participant_id = p.id AND c.state = 'in_force')
ORDER BY s.id, p.id
ON CONFLICT (signal_id, participant_id) DO UPDATE SET priority = EXCLUDED.priority, state = 'open', closed_because = '',
    created_at = CASE reviews_review.state WHEN 'open' THEN reviews_review.created_at ELSE statement_timestamp() END
WHERE reviews_review.state = 'closed'
OR (reviews_review.state = 'open' AND reviews_review.priority <> EXCLUDED.priority)
"""

# The signal of a decided review lives again: the banner that it has ended goes.
UNFLAG = """
UPDATE reviews_review r SET flag = '' FROM signals_signal s
WHERE s.id = ANY(%(signals)s) AND r.signal_id = s.id AND r.flag = 'ended' AND s.contributor_count > 0
"""

DONE = "UPDATE signals_signal SET routing_due = false WHERE id = ANY(%(signals)s)"


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
        cursor.execute(ROUTE, {"signals": signals, "kinds": list(DEFAULT.kinds)})
        routed = cursor.rowcount
        cursor.execute(UNFLAG, {"signals": signals})
        cursor.execute(DONE, {"signals": signals})
        if routed:
            record(Event.REVIEWS_ROUTED, Review, by=PORTAL, signals=len(signals), reviews=routed)
        return len(signals), routed
