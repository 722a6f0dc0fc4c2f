"""What a machine that watches the portal may know: how much waits, and for how long.

Everything is asked of PostgreSQL when the metrics are fetched, so it does not matter which process answers. Numbers
only: no participant, person or signal is told apart.
"""

import hmac
from collections.abc import Iterator

from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from lantern.lib.marks import public
from lantern.lib.tenancy import acting_as_system

OVERDUE = "interval '2 minutes'"
RUNNING = "('checking', 'applying')"
AGE = "coalesce(extract(epoch FROM clock_timestamp() - min({column})), 0)"

# name: what it says, and the SQL of the number. Seconds are those since the oldest began to wait; 0 where none waits.
GAUGES: dict[str, tuple[str, str]] = {
    "lantern_signals_to_route": (
        "Signals of which the queues have not heard", "SELECT count(*) FROM signals_signal WHERE routing_due"),
    "lantern_signals_to_relate": (
        "Signals that are not related yet", "SELECT count(*) FROM signals_signal WHERE relations_due"),
    "lantern_reviews_open": ("Open reviews", "SELECT count(*) FROM reviews_review WHERE state = 'open'"),
    "lantern_reviews_held": (
        "Reviews on which a claim runs", "SELECT count(*) FROM reviews_review WHERE held_until > now()"),
    "lantern_uploads_running": (
        "Uploads in work", "SELECT count(*) FROM signals_upload WHERE state IN ('checking', 'applying')"),
    "lantern_uploads_overdue": (
        "Uploads in work without a sign of life for two minutes",
        f"SELECT count(*) FROM signals_upload WHERE state IN {RUNNING} AND touched_at < now() - {OVERDUE}"),
    "lantern_withdrawals_overdue": (
        "Withdrawals asked for two minutes ago and not at their end",
        f"SELECT count(*) FROM signals_withdrawal WHERE finished_at IS NULL AND asked_at < now() - {OVERDUE}"),
    "lantern_resealing_overdue": (
        "Columns whose sealing anew showed no life for two minutes",
        f"SELECT count(*) FROM lantern_resealing WHERE finished_at IS NULL AND touched_at < now() - {OVERDUE}"),
    "lantern_letters_waiting": (
        "Letters not sent", "SELECT count(*) FROM accounts_letter WHERE sent_at IS NULL AND gave_up_at IS NULL"),
    "lantern_letters_given_up": (
        "Letters that no mail server took", "SELECT count(*) FROM accounts_letter WHERE gave_up_at IS NOT NULL"),
    "lantern_letters_oldest_seconds": (
        "Age of the oldest letter not sent",
        f"SELECT {AGE.format(column='created_at')} FROM accounts_letter WHERE sent_at IS NULL AND gave_up_at IS NULL"),
    "lantern_resets_oldest_seconds": (
        "Age of the oldest unanswered request for a new password",
        f"SELECT {AGE.format(column='created_at')} FROM accounts_resetrequest"),
    "lantern_events_unsealed": ("Events not sealed yet", "SELECT count(*) FROM audit_pendingevent"),
    "lantern_events_unsealed_oldest_seconds": (
        "Age of the oldest event not sealed yet",
        f"SELECT {AGE.format(column='at')} FROM audit_auditevent WHERE id IN (SELECT id FROM audit_pendingevent)"),
    "lantern_checkpoint_age_seconds": (
        "Age of the newest signed checkpoint",
        "SELECT coalesce(extract(epoch FROM clock_timestamp() - max(at)), 0) FROM audit_checkpoint"),
    "lantern_sessions": (
        "Browsers in which somebody is signed in",
        "SELECT count(*) FROM accounts_session WHERE user_id IS NOT NULL AND expire_date > now()"),
    "lantern_database_connections": (
        "Connections to the database", "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"),
}  # fmt: skip


class FromPostgres(Collector):
    """The gauges, as they are at this moment."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        with acting_as_system(), connection.cursor() as cursor:
            for name, (words, query) in GAUGES.items():
                cursor.execute(query)
                yield GaugeMetricFamily(name, words, value=float(cursor.fetchone()[0]))


@public
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The metrics in Prometheus's text form. Without the key of `metrics.key` this page does not exist."""
    given = request.headers.get("Authorization", "")
    wanted = f"Bearer {settings.METRICS_KEY}"
    if not settings.METRICS_KEY or not hmac.compare_digest(given.encode(), wanted.encode()):
        raise Http404
    registry = CollectorRegistry()
    registry.register(FromPostgres())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)
