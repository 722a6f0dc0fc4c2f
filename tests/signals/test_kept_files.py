"""How long a file and its staged rows are kept, and by what they go."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from audit.models import AuditEvent
from participants.models import Member
from participants.services import offboard
from signals import error_file
from signals.approving import ask_approval
from signals.departures import withdraw_departed
from signals.erasing import erase_value
from signals.models import StagedRow, Upload, UploadChunk
from signals.sweeping import sweep_endings
from signals.uploads import work_on
from signals.withdrawing import withdraw
from tests.signals.ended import HEADER, file_of
from tests.signals.files import as_file
from tests.world import share, upload

pytestmark = pytest.mark.django_db

GOOD = ["email", "mira@example.com", "grooming", ""]
BROKEN = ["email", "noor@example.com", "rudeness", ""]
MIXED = as_file(HEADER, GOOD, BROKEN)


def _is_kept(found: Upload) -> bool:
    return UploadChunk.objects.filter(upload=found).exists()


def _state(found: Upload) -> str:
    return Upload.objects.get(pk=found.pk).state


def _why() -> list[str]:
    cancelled = AuditEvent.objects.filter(event="upload.cancelled").order_by("id")
    return [event.details["why"] for event in cancelled]


def test_a_file_that_is_shared_whole_is_not_kept(alice: Member, as_alice: Client) -> None:
    found = upload(alice, file_of(3), share=True)
    assert (_state(found), _is_kept(found)) == ("done", False)
    assert as_alice.get(f"/signals/uploads/{found.pk}/").status_code == 200
    assert next(error_file.error_file(found)).startswith("_row,")


def test_a_file_with_rows_to_fix_is_kept_for_some_days(alice: Member, as_alice: Client) -> None:
    found = upload(alice, MIXED, share=True)
    sweep_endings()
    page = as_alice.get(f"/signals/uploads/{found.pk}/").text
    until = error_file.kept_until(Upload.objects.get(pk=found.pk))
    assert until is not None
    assert f"It can be downloaded until {until:%-d %B %Y}; then the file is deleted." in page
    Upload.objects.update(finished_at=timezone.now() - error_file.KEPT - timedelta(minutes=1))
    sweep_endings()
    assert not _is_kept(found)
    page = as_alice.get(f"/signals/uploads/{found.pk}/").text
    assert "The file is not kept any more." in page
    assert "Download all rows to fix" not in page
    assert as_alice.post(f"/signals/uploads/{found.pk}/errors.csv").status_code == 404


def test_taking_back_an_upload_takes_its_file_along(alice: Member) -> None:
    found = upload(alice, MIXED, share=True)
    assert _is_kept(found)
    withdraw(found, reason="mistake", by=alice)
    assert not _is_kept(found)


def test_erasing_reaches_rejected_rows_and_uploads_that_are_not_shared(
    alice: Member, bob: Member, amir: Member, sam: User, settings: Settings
) -> None:
    """Whose rejected row held the value nobody can tell, so no file of an upload that is over is kept."""
    settings.UPLOAD_APPROVAL_ROWS = 1
    share(bob)
    rejected = upload(bob, as_file(HEADER, [GOOD[0], GOOD[1], "rudeness", ""]), share=True)
    ready, other = upload(alice, MIXED), upload(alice, file_of(1))
    waiting = upload(alice, as_file(HEADER, GOOD, ["email", "a@example.com", "grooming", ""]))
    ask_approval(waiting, by=alice)
    erase_value(kind="email", value="mira@example.com", case="request 7", by=sam)
    assert [_state(each) for each in (rejected, ready, waiting, other)] == ["done", "cancelled", "cancelled", "ready"]
    assert [_is_kept(each) for each in (rejected, ready, waiting, other)] == [False, False, False, True]
    assert set(StagedRow.objects.values_list("batch", flat=True)) == {rejected.pk, other.pk}
    assert _why() == ["erased", "erased"]


def test_a_company_that_left_leaves_no_file(
    alice: Member, amir: Member, bob: Member, sam: User, settings: Settings
) -> None:
    settings.UPLOAD_APPROVAL_ROWS = 1
    shared, ready, theirs = upload(alice, MIXED, share=True), upload(alice, file_of(1)), upload(bob, MIXED)
    waiting = upload(alice, file_of(2))
    ask_approval(waiting, by=alice)
    offboard(alice.participant, by=sam, reason="The service was closed down.")
    withdraw_departed()
    withdraw_departed()
    assert [_state(each) for each in (shared, ready, waiting, theirs)] == ["done", "cancelled", "cancelled", "ready"]
    assert set(UploadChunk.objects.values_list("upload", flat=True)) == {theirs.pk}
    assert not StagedRow.objects.filter(participant=alice.participant_id, value__isnull=False).exists()
    assert _why() == ["departed", "departed"]
    work_on(ready.pk)
    assert _state(ready) == "cancelled"
