"""Several people, and several workers, at one draft of a report at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from accounts.models import CoalitionRole
from audit.models import AuditEvent
from lantern.lib.tenancy import acting_as_system
from tests.at_once import in_thread, until_somebody_waits
from tests.transparency.publishing import at, reviewed, rhea
from tests.world import add_staff
from transparency import tasks
from transparency.drafting import DraftMoved, draft_report, edit_draft, review_draft
from transparency.models import Draft
from transparency.publishing import publish_edition

pytestmark = pytest.mark.django_db(transaction=True)

LAST = timezone.now().year - 1


def _is_late(first: Callable[[], object], late: Callable[[], object]) -> bool:
    """Whether the late one, begun before the first is committed, is told that somebody was quicker."""

    def run() -> bool:
        try:
            with acting_as_system():
                late()
        except DraftMoved:
            return True
        return False

    with ThreadPoolExecutor(1) as pool:
        with acting_as_system():
            first()
            waiting = pool.submit(in_thread, run)
            until_somebody_waits()
        return waiting.result(timeout=30)


def _read() -> Draft:
    with acting_as_system():
        return Draft.objects.get()


def test_a_worker_that_dies_and_two_at_once_leave_one_draft() -> None:
    def dies(*_: object, **__: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with at(2026, 1, 2):
        with patch("transparency.drafting.snapshot_of", dies), pytest.raises(OperationalError):
            tasks.draft_last_year()
        connection.close()
        with acting_as_system():
            assert not Draft.objects.exists()
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(in_thread, [tasks.draft_last_year] * 3))
    with acting_as_system():
        assert Draft.objects.count() == AuditEvent.objects.filter(event="report.drafted").count() == 1


def test_of_two_who_write_the_second_is_told() -> None:
    with acting_as_system():
        by = rhea()
        draft_report(LAST, by=by)
    ours, theirs = _read(), _read()
    words = dict.fromkeys(ours.words, "Ours.")
    others = dict.fromkeys(words, "Theirs.")
    assert _is_late(
        lambda: edit_draft(ours, words=words, changes="", by=by),
        lambda: edit_draft(theirs, words=others, changes="", by=by),
    )
    assert _read().words == words


def test_nobody_says_of_words_that_she_has_not_read_that_they_may_be_published() -> None:
    with acting_as_system():
        by = rhea()
        draft_report(LAST, by=by)
    written, read = _read(), _read()
    words = dict.fromkeys(written.words, "Written meanwhile.")
    assert _is_late(lambda: edit_draft(written, words=words, changes="", by=by), lambda: review_draft(read, by=by))
    assert _read().reviewed_by_id is None


def test_what_is_published_meanwhile_is_not_changed() -> None:
    with acting_as_system():
        by, other = rhea(), add_staff("rio", CoalitionRole.STAFF)
        reviewed(LAST)
    draft = _read()
    assert _is_late(
        lambda: publish_edition(draft, by=other),
        lambda: edit_draft(draft, words=draft.words, changes="", by=by),
    )
    with acting_as_system():
        assert draft.is_published
