"""When the names of signals may be made anew: never while rows wait under names of the old key."""

import pytest
from pytest_django import Settings

from lantern.lib.seal import keyring
from participants.departing import effects_of_leaving
from participants.models import Member
from signals.approving import approve, ask_approval
from signals.models import Upload
from signals.renaming import InUse, rename_everything
from signals.uploads import cancel_upload, work_on
from tests.signals.ended import file_of
from tests.world import upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def ready(alice: Member, settings: Settings) -> Upload:
    """An upload that needs a second person and waits for Alice to ask for one."""
    settings.UPLOAD_APPROVAL_ROWS = 2
    return upload(alice, file_of(3))


def _on_their_way(member: Member) -> int:
    return {effect.label: effect.count for effect in effects_of_leaving(member.participant)}["Uploads on their way"]


def _is_refused() -> bool:
    try:
        rename_everything(keyring())
    except InUse:
        return True
    return False


def test_nothing_is_renamed_while_an_upload_is_on_its_way(ready: Upload, alice: Member, amir: Member) -> None:
    assert (_is_refused(), _on_their_way(alice)) == (True, 1)
    ask_approval(ready, by=alice)
    assert (_is_refused(), _on_their_way(alice)) == (True, 1)
    approve(ready, by=amir)
    assert (_is_refused(), _on_their_way(alice)) == (True, 1)
    work_on(ready.pk)
    assert (_is_refused(), _on_their_way(alice)) == (False, 0)


def test_a_cancelled_upload_holds_nothing_up(ready: Upload, alice: Member) -> None:
    ask_approval(ready, by=alice)
    cancel_upload(ready, by=alice)
    assert (_is_refused(), _on_their_way(alice)) == (False, 0)
