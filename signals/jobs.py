"""Whose upload a worker carries on, and how it holds its place in it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from lantern.lib.seal import keyring
from lantern.lib.tenancy import Scope, acting, acting_as_system
from participants.models import Member, SharingGroup
from participants.policies import Action, can
from signals.intake import CHUNK
from signals.limits import Limits
from signals.models import Upload, UploadChunk
from signals.staging import Batch


class Superseded(Exception):
    """The upload is not where this worker left it: another one carries it on, or it was cancelled. Stop quietly."""


@dataclass(frozen=True)
class Job:
    """An upload in the hands of a worker, which acts for the member who sent it."""

    upload_id: UUID
    group_id: int
    member: Member

    @property
    def batch(self) -> Batch:
        """Its rows in the stage."""
        return Batch(self.upload_id, self.member.participant_id, self.group_id, self.member.user_id, self.upload_id)

    def acting(self) -> AbstractContextManager[None]:
        """A transaction on behalf of the member."""
        return acting(Scope.MEMBER, participant_id=self.member.participant_id, user_id=self.member.user_id)

    @contextmanager
    def slice(self) -> Iterator[None]:
        """The same for a slice of work, which need not wait for the disk: its checkpoint is lost, or kept, with it."""
        with self.acting(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
            yield

    def upload(self) -> Upload:
        """The job row as it is now. Inside `acting`."""
        return Upload.objects.get(pk=self.upload_id)

    def advance(self, *, at: dict[str, Any], to: dict[str, Any]) -> None:
        """Move the checkpoint from `at` to `to`, in the transaction of the work it tells of. Raises `Superseded`."""
        moved = Upload.objects.filter(pk=self.upload_id, **at).update(touched_at=Now(), **to)
        if not moved:
            raise Superseded

    def stop_if_moved(self, *, at: dict[str, Any]) -> None:
        """Raises `Superseded` where the checkpoint is not at `at` any more."""
        with self.acting():
            if not Upload.objects.filter(pk=self.upload_id, **at).exists():
                raise Superseded

    def may_share(self) -> bool:
        """Whether the member, as it is now, may still share in the group. Inside `acting`, in each slice."""
        return can(_member(self.member.pk), Action.UPLOAD_SIGNALS, SharingGroup(pk=self.group_id))

    def content(self) -> Iterator[bytes]:
        """The file, piece by piece; one piece is in memory at a time."""
        for number in count():
            with self.acting():
                chunk = UploadChunk.objects.filter(upload=self.upload_id, number=number).first()
            if chunk is None:
                return
            yield keyring().unseal(chunk.content, CHUNK, chunk.pk)


def take_job(upload_id: UUID) -> Job:
    """The job of that upload."""
    with acting_as_system():
        upload = Upload.objects.get(pk=upload_id)
        member = _member(upload.by_id)
    return Job(upload.pk, upload.sharing_group_id, member)


def _member(pk: int) -> Member:
    return Member.objects.select_related("user", "participant__auth_group").get(pk=pk)


def limits() -> Limits:
    """How large a file may be here, and how long what it says may last."""
    return Limits(settings.UPLOAD_MAX_BYTES, settings.UPLOAD_MAX_ROWS, settings.RETENTION_DAYS)
