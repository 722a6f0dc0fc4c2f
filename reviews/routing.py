"""Which signals enter whose queue, and how urgently: set-based, exactly one review per participant and signal."""

from django.db import connection

from audit.events import Event
from audit.record import PORTAL, record
from lantern.lib.tenancy import acting_as_system
from reviews.models import Review
from signals.kinds import KINDS

SLICE_SIGNALS = 2_000

# Signals that are being merged at this moment are skipped; their merge rings again.
TAKE = """
SELECT id FROM signals_signal WHERE routing_due ORDER BY id LIMIT %(size)s FOR UPDATE SKIP LOCKED
"""

# Priority, the weightiest first: names one's own service, severity, corroboration. Age is the order within it.
PRIORITY = """
    (s.service <> '' AND jsonb_exists(p.services, s.service))::int * 1000 + s.severity * 100
    + least(s.contributor_count, 99)
"""

# Readers are active participants that may see the group's signals; never those who shared the signal themselves.
ROUTE = f"""
INSERT INTO reviews_review (id, participant_id, signal_id, state, priority)
SELECT lantern_new_id(), p.id, s.id, 'open', {PRIORITY}
FROM signals_signal s
JOIN participants_sharinggrouppermission reader ON reader.content_object_id = s.sharing_group_id
JOIN auth_permission may ON may.id = reader.permission_id AND may.codename = 'view_signals'
JOIN participants_participant p ON p.auth_group_id = reader.group_id AND p.state = 'active'
WHERE s.id = ANY(%(signals)s) AND s.kind = ANY(%(kinds)s) AND s.contributor_count > 0
AND NOT EXISTS (SELECT 1 FROM signals_contribution c
                WHERE c.signal_id = s.id AND c.participant_id = p.id AND c.state = 'in_force')
ORDER BY s.id, p.id
ON CONFLICT (signal_id, participant_id) DO UPDATE SET priority = EXCLUDED.priority
WHERE reviews_review.state = 'open' AND reviews_review.priority <> EXCLUDED.priority
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


def _route_slice() -> tuple[int, int]:
    kinds = [kind.name for kind in KINDS.values() if kind.read_by_people]
    with acting_as_system(), connection.cursor() as cursor:
        cursor.execute(TAKE, {"size": SLICE_SIGNALS})
        signals = [row[0] for row in cursor.fetchall()]
        if not signals:
            return 0, 0
        cursor.execute(ROUTE, {"signals": signals, "kinds": kinds})
        routed = cursor.rowcount
        cursor.execute(DONE, {"signals": signals})
        if routed:
            record(Event.REVIEWS_ROUTED, Review, by=PORTAL, signals=len(signals), reviews=routed)
        return len(signals), routed
