"""Uploads that are interrupted, raced, or lose the right to be shared on their way."""

from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection

from audit.models import AuditEvent
from audit.record import PORTAL
from lantern.lib.tenancy import Scope, acting, acting_as_system
from participants.models import Member, ParticipantState
from participants.services import default_group, leave_group, move_participant
from signals import applying, checking
from signals.intake import start_upload
from signals.jobs import Superseded, take_job
from signals.merge import merge_slice
from signals.models import Contribution, Signal, StagedRow, Upload, UploadChunk
from signals.uploads import cancel_upload, confirm_upload, work_on
from tests.signals.made_files import MadeFile, made_file
from tests.signals.test_uploads import counts_of
from tests.world import add_company, add_team_member, upload

pytestmark = pytest.mark.django_db
SLICE = 10


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a file of 85 rows takes several."""
    monkeypatch.setattr(checking, "SLICE_ROWS", SLICE)
    monkeypatch.setattr(applying, "SLICE_ROWS", SLICE)


def _started(by: Member, made: MadeFile, *, share: bool = False) -> Upload:
    return start_upload(ContentFile(made.content, name="a.csv"), group=default_group(by=PORTAL), by=by, share=share)


def _now(found: Upload) -> Upload:
    return Upload.objects.get(pk=found.pk)


class Killed(BaseException):
    """The worker's process ends here."""


def _die_after(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, times: int) -> None:
    """Let `module.name` do its work that often, then end the worker in the middle of its transaction."""
    real, calls = getattr(module, name), iter(range(times))

    def dying(*args: Any, **kwargs: Any) -> Any:
        answer = real(*args, **kwargs)
        if next(calls, None) is None:
            raise Killed
        return answer

    monkeypatch.setattr(module, name, dying)


@pytest.mark.parametrize("times", [0, 1, 4])
def test_a_check_that_died_is_carried_on(alice: Member, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    made = made_file()
    found = _started(alice, made)
    with monkeypatch.context() as patched:
        _die_after(patched, checking, "stage", times)
        with pytest.raises(Killed):
            work_on(found.pk)
    half = _now(found)
    assert (half.state, half.rows_checked, StagedRow.objects.count()) == ("checking", times * SLICE, times * SLICE)
    work_on(found.pk)
    assert (_now(found).state, counts_of(_now(found).counts)) == ("ready", made.counts)


@pytest.mark.parametrize("times", [0, 1, 4])
def test_a_sharing_that_died_is_carried_on(alice: Member, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    made = made_file()
    found = _started(alice, made, share=True)
    with monkeypatch.context() as patched:
        _die_after(patched, applying, "merge_slice", times)
        with pytest.raises(Killed):
            work_on(found.pk)
    half = _now(found)
    assert (half.state, half.rows_applied) == ("applying", times * SLICE)
    assert Signal.objects.exists() == bool(times)
    work_on(found.pk)
    assert (_now(found).state, counts_of(_now(found).counts)) == ("done", made.counts)
    assert Contribution.objects.count() == Contribution.objects.in_force().count() == made.outcomes["new"]


def test_a_last_step_that_died_is_done_once(alice: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    made = made_file(5)
    found = _started(alice, made, share=True)
    with monkeypatch.context() as patched:
        _die_after(patched, applying, "count_rows", 0)
        with pytest.raises(Killed):
            work_on(found.pk)
    assert _now(found).state == "applying"
    work_on(found.pk)
    work_on(found.pk)
    assert (_now(found).state, counts_of(_now(found).counts)) == ("done", made.counts)
    assert AuditEvent.objects.filter(event="upload.applied").count() == 1


def test_a_worker_that_was_overtaken_stops(alice: Member) -> None:
    found = _started(alice, made_file())
    job = take_job(found.pk)
    slow = checking._measure(job)
    work_on(found.pk)
    with pytest.raises(Superseded):
        checking._check_rows(job, slow)
    assert _now(found).state == "ready"


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_was_taken_for_dead_and_is_not_shares_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """It works on while another does the same rows: what the other shares is refused here, and it stops quietly."""
    made = made_file()
    with acting_as_system():
        found = _started(add_team_member(add_company("northwind"), "ana"), made, share=True)

    def share_a_slice() -> None:
        try:
            assert applying._slice(take_job(found.pk))
        finally:
            connection.close()

    def overtaken(*args: Any, **kwargs: Any) -> None:
        monkeypatch.setattr(applying, "merge_slice", merge_slice)
        with ThreadPoolExecutor(1) as another:
            another.submit(share_a_slice).result()
        merge_slice(*args, **kwargs)

    checking.check(take_job(found.pk))
    monkeypatch.setattr(applying, "merge_slice", overtaken)
    work_on(found.pk)
    with acting_as_system():
        assert (_now(found).state, _now(found).rows_applied) == ("applying", SLICE)
    work_on(found.pk)
    with acting_as_system():
        assert _now(found).state == "done"
        assert Contribution.objects.count() == Signal.objects.count() == made.outcomes["new"]


def test_a_fault_that_no_other_worker_explains_is_told(alice: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    found = _started(alice, made_file(), share=True)

    def broken(*args: Any, **kwargs: Any) -> None:
        raise IntegrityError

    monkeypatch.setattr(applying, "merge_slice", broken)
    with pytest.raises(IntegrityError):
        work_on(found.pk)


def test_cancelling_in_the_middle_of_the_check_leaves_nothing(alice: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    found = _started(alice, made_file())

    def cancelled_after_two(rows: Any) -> Any:
        yield from islice(slices(rows), 2)
        cancel_upload(found, by=alice)
        yield from slices(rows)

    slices = checking._slices
    monkeypatch.setattr(checking, "_slices", cancelled_after_two)
    work_on(found.pk)
    assert (_now(found).state, StagedRow.objects.count(), UploadChunk.objects.count()) == ("cancelled", 0, 0)


def _suspended(by: Member) -> None:
    move_participant(by.participant, to=ParticipantState.SUSPENDED, by=PORTAL, reason="a reason")


def _left(by: Member) -> None:
    leave_group(by.participant, default_group(by=PORTAL), by=PORTAL)


def _removed(by: Member) -> None:
    Member.objects.filter(pk=by.pk).update(is_active=False)


@pytest.mark.parametrize("lose", [_suspended, _left, _removed])
@pytest.mark.parametrize("slices", [0, 2])
def test_losing_the_right_stops_the_sharing(
    alice: Member, monkeypatch: pytest.MonkeyPatch, lose: Any, slices: int
) -> None:
    """In the middle of one run of one worker; what is shared stays, the rest is forgotten."""
    found = upload(alice, made_file().content)
    confirm_upload(found, by=alice)
    real, calls = applying._slice, iter(range(slices))

    def losing(job: Any) -> bool:
        if next(calls, None) is None:
            with acting_as_system():
                lose(alice)
        return real(job)

    monkeypatch.setattr(applying, "_slice", losing)
    work_on(found.pk)
    with acting_as_system():
        ended = _now(found)
        assert (ended.state, ended.rows_applied, ended.applied_to > 0) == ("cancelled", slices * SLICE, slices > 0)
        assert Signal.objects.exists() == bool(slices)
        assert (StagedRow.objects.count(), UploadChunk.objects.count()) == (0, 0)
        assert AuditEvent.objects.filter(event="upload.cancelled", details__why="right_lost").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("large", [1, 1_000])
def test_four_workers_at_once_share_each_row_once(monkeypatch: pytest.MonkeyPatch, large: int) -> None:
    """Two uploads of two companies that name the same signals, each carried on by two workers, on two tracks or one."""
    monkeypatch.setattr(applying, "LARGE_ROWS", large)
    made = made_file()
    with acting_as_system():
        alice, bob = (add_team_member(add_company(slug), "ana") for slug in ("northwind", "harbor"))
        uploads = [_started(member, made, share=True) for member in (alice, bob)]

    def work(found: Upload) -> None:
        try:
            work_on(found.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, [*uploads, *uploads]))
    for found in uploads:
        work_on(found.pk)
    with acting_as_system():
        ends = [_now(found) for found in uploads]
        assert [end.state for end in ends] == ["done", "done"]
        for end in ends:
            assert sum(end.counts[name] for name in ("new", "corroborated", "already_yours")) == made.outcomes["new"]
            assert (end.counts["duplicate"], end.counts["errors"]) == (made.outcomes["duplicate"], dict(made.errors))
        assert sum(end.counts["new"] for end in ends) == made.outcomes["new"] == Signal.objects.count()
        assert Contribution.objects.count() == 2 * made.outcomes["new"]
        assert set(Signal.objects.values_list("contributor_count", flat=True)) == {2}


@pytest.mark.django_db(transaction=True)
def test_a_worker_sets_its_own_tenant_and_leaves_none() -> None:
    with acting_as_system():
        alice = add_team_member(add_company("northwind"), "alice")
        found = _started(alice, made_file(3), share=True)
    work_on(found.pk)
    assert not Upload.objects.exists()
    with acting(Scope.MEMBER, participant_id=alice.participant_id, user_id=alice.user_id):
        assert _now(found).state == "done"
