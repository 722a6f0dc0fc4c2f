"""Every contribution ends: the nightly run that ends those whose time is over, and what it would end."""

from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from audit.events import Event
from audit.record import PORTAL, record
from lantern.lib.tenancy import acting_as_system
from signals.end_reasons import EXPIRED
from signals.ending import HELD, end_contributions
from signals.models import ContributionState, ExpiryRun
from signals.notices import signals_changed

SLICE = 1_000

DUE = f"""
SELECT c.id FROM signals_contribution c
WHERE c.state = 'in_force' AND c.ended_at IS NULL AND c.expires_at <= %(before)s AND c.signal_id NOT IN {HELD}
ORDER BY c.expires_at, c.id LIMIT %(size)s
"""

WOULD = f"""
SELECT s.kind, s.id IN {HELD} AS held, sum(due.number) AS contributions,
    count(*) FILTER (WHERE due.number = s.contributor_count) AS signals
FROM (SELECT c.signal_id, count(*) AS number FROM signals_contribution c
      WHERE c.state = 'in_force' AND c.ended_at IS NULL AND c.expires_at <= now() GROUP BY c.signal_id) due
JOIN signals_signal s ON s.id = due.signal_id GROUP BY 1, 2 ORDER BY 1
"""


def would_expire() -> dict[str, Any]:
    """What a run would do now, without doing it: contributions and signals that would end, by kind, and held ones."""
    told: dict[str, Any] = {"contributions": 0, "signals": 0, "held": 0, "by_kind": {}}
    with acting_as_system(), connection.cursor() as cursor:
        cursor.execute(WOULD)
        for kind, held, contributions, signals in cursor.fetchall():
            if held:
                told["held"] += int(contributions)
                continue
            told["contributions"] += int(contributions)
            told["signals"] += signals
            told["by_kind"][kind] = int(contributions)
    return told


def expire() -> ExpiryRun | None:
    """End everything whose time is over, slice by slice; None where nothing was due.

    A run that died is carried on from where it stands; who calls while another works, leaves it to that one.
    """
    with acting_as_system():
        if _unfinished() is None and _due(None):
            ExpiryRun.objects.bulk_create([ExpiryRun()], ignore_conflicts=True)
    return carry_on()


def carry_on() -> ExpiryRun | None:
    """Bring the unfinished run to its end, if there is one."""
    with acting_as_system():
        run = _unfinished()
    if run is None:
        return None
    while _slice(run.pk):
        pass
    with acting_as_system():
        return ExpiryRun.objects.get(pk=run.pk)


def _unfinished() -> ExpiryRun | None:
    return ExpiryRun.objects.filter(finished_at__isnull=True).first()


def _due(run: ExpiryRun | None) -> list[UUID]:
    """The next contributions whose time was over when the run began, or one that is due now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        (now,) = cursor.fetchone()
        cursor.execute(DUE, {"before": run.due_before if run else now, "size": SLICE if run else 1})
        return [row[0] for row in cursor.fetchall()]


def _slice(run_id: UUID) -> bool:
    """End the next contributions together with the count of them; False when none are left, or another does it."""
    with acting_as_system():
        open_ones = ExpiryRun.objects.filter(pk=run_id, finished_at__isnull=True)
        run = open_ones.select_for_update(skip_locked=True).first()
        if run is None:
            return False
        due = _due(run)
        number, ended = end_contributions(due, state=ContributionState.EXPIRED, reason=EXPIRED.name)
        open_ones.update(contributions=F("contributions") + number, signals=F("signals") + len(ended))
        if len(due) < SLICE:
            open_ones.update(finished_at=Now())
            done = ExpiryRun.objects.get(pk=run_id)
            record(Event.EXPIRED, done, by=PORTAL, contributions=done.contributions, signals=done.signals)
        transaction.on_commit(_tell)
        return len(due) == SLICE


def _tell() -> None:
    signals_changed.send(sender=ExpiryRun)
