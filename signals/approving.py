"""The second person: above `UPLOAD_APPROVAL_ROWS` one asks, and another of the same participant agrees or declines.

Who runs `manage.py import_signals` has the machine, and asks nobody.
"""

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.letters import Topic
from accounts.models import User
from accounts.post import write_letter
from audit.events import Event
from audit.record import record
from lantern.lib.bell import ring
from lantern.lib.seal import seal
from lantern.lib.tenancy import acting_as_system
from participants.models import Member
from participants.policies import Action, can
from signals.counting import shareable
from signals.intake import WORK_ON_UPLOAD
from signals.models import Upload, UploadState
from signals.models.upload import DECLINED
from signals.uploads import NotReady


class SamePerson(Exception):
    """Who sent the file or asked is not the second person."""


class ReasonMissing(Exception):
    """Declining takes a reason."""


@transaction.atomic
def ask_approval(upload: Upload, *, by: Member) -> None:
    """Ask for a second person; the others who may upload get a letter. Raises `NotReady`."""
    ready = Upload.objects.filter(pk=upload.pk, state=UploadState.READY, needs_approval=True)
    nothing = {"decided_by": None, "decided_at": None, "declined_words": None}
    if not ready.update(state=UploadState.WAITING, asked_by=by, asked_at=Now(), **nothing):
        raise NotReady
    rows = shareable(upload.counts)
    record(Event.UPLOAD_APPROVAL_ASKED, upload, by=by, rows=rows)
    with acting_as_system():
        for person in _others(upload, by):
            write_letter("upload_waiting", topic=Topic.WORK, to=person, context={"upload": upload.pk, "rows": rows})


@transaction.atomic
def approve(upload: Upload, *, by: Member) -> None:
    """Agree, and have it shared. Raises `SamePerson` and `NotReady`."""
    _refuse_same(upload, by)
    to = {"state": UploadState.APPLYING, "confirmed_at": Now(), "started_at": Now(), "touched_at": Now()}
    if not _waiting(upload).update(**to, decided_by=by, decided_at=Now()):
        raise NotReady
    record(Event.UPLOAD_APPROVED, upload, by=by, rows=shareable(upload.counts))
    ring(WORK_ON_UPLOAD, upload_id=str(upload.pk))
    _tell(upload, agreed=True)


@transaction.atomic
def decline(upload: Upload, words: str, *, by: Member) -> None:
    """Decline with a reason; it may be asked for again. Raises `SamePerson`, `ReasonMissing` and `NotReady`."""
    _refuse_same(upload, by)
    if not words.strip():
        raise ReasonMissing
    sealed = seal(words.strip(), DECLINED, upload.pk)
    to = {"state": UploadState.READY, "decided_by": by, "decided_at": Now(), "declined_words": sealed}
    if not _waiting(upload).update(**to):
        raise NotReady
    record(Event.UPLOAD_DECLINED, upload, by=by, rows=shareable(upload.counts))
    _tell(upload, agreed=False)


def may_decide(upload: Upload, member: Member) -> bool:
    """Whether the member is the second person that an upload waits for."""
    return upload.state == UploadState.WAITING and can(member, Action.UPLOAD_SIGNALS) and not _is_first(upload, member)


def _is_first(upload: Upload, member: Member) -> bool:
    return member.pk in (upload.by_id, upload.asked_by_id)


def _refuse_same(upload: Upload, by: Member) -> None:
    if _is_first(Upload.objects.get(pk=upload.pk), by):
        raise SamePerson


def _waiting(upload: Upload) -> QuerySet[Upload]:
    return Upload.objects.filter(pk=upload.pk, state=UploadState.WAITING)


def _others(upload: Upload, by: Member) -> list[User]:
    colleagues = Member.objects.acting().filter(participant=upload.participant_id)
    others = colleagues.exclude(pk__in=[by.pk, upload.by_id]).select_related("user", "participant__auth_group")
    return [member.user for member in others if can(member, Action.UPLOAD_SIGNALS, upload.sharing_group)]


def _tell(upload: Upload, *, agreed: bool) -> None:
    with acting_as_system():
        asked = Upload.objects.select_related("asked_by__user").get(pk=upload.pk).asked_by
        if asked:
            context = {"upload": upload.pk, "agreed": agreed}
            write_letter("upload_decided", topic=Topic.WORK, to=asked.user, context=context)
