"""Taking a file in: bounded while it arrives, sealed before it is stored, never in the clear on a disk."""

import hashlib
from io import BytesIO
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.base import File
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.db import transaction
from django.db.models.functions import Now

from audit.events import Event
from audit.record import record
from lantern.lib.bell import ring
from lantern.lib.ids import new_id
from lantern.lib.seal import Place, keyring, seal
from participants.models import Member, SharingGroup
from signals.models import Upload, UploadChunk, UploadState
from signals.models.upload import FILE_NAME

CHUNK = Place("signals_uploadchunk", "content")
CHUNK_BYTES = 1_000_000
WORK_ON_UPLOAD = "signals.work_on_upload"


class BoundedUploadHandler(FileUploadHandler):
    """Keeps an arriving file in memory, up to the limit and one byte; what is longer is read to its end and dropped.

    The view sees from the size that it was too large, and says so. Django's own handlers write large files to disk.
    """

    def handle_raw_input(self, input_data: Any, META: dict[str, Any], content_length: int, *args: Any) -> None:  # noqa: N803
        """Do not even begin to read what is far beyond the limit: it is answered with 400."""
        if content_length > 2 * settings.UPLOAD_MAX_BYTES:
            raise RequestDataTooBig("The request is more than twice as large as a file may be.")

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.content = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        room = settings.UPLOAD_MAX_BYTES + 1 - self.content.tell()
        self.content.write(raw_data[: max(room, 0)])

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        size = self.content.tell()
        self.content.seek(0)
        return InMemoryUploadedFile(self.content, self.field_name, self.file_name or "", self.content_type, size, None)


@transaction.atomic
def start_upload(file: "File[bytes]", *, group: SharingGroup, by: Member, share: bool = False) -> Upload:
    """Store the file, sealed, and have it checked; with `share`, have its good rows shared without another question."""
    upload_id = new_id()
    digest = hashlib.sha256()
    upload = Upload.objects.create(
        id=upload_id,
        participant=by.participant,
        sharing_group=group,
        by=by,
        sealed_name=seal((file.name or "signals.csv")[:200], FILE_NAME, upload_id),
        size_bytes=file.size or 0,
        digest=UUID(int=0),
        confirmed_at=Now() if share else None,
    )
    for number, content in enumerate(file.chunks(CHUNK_BYTES)):
        digest.update(content)
        chunk_id = new_id()
        sealed = keyring().seal(content, CHUNK, chunk_id)
        UploadChunk.objects.create(
            id=chunk_id, upload=upload, participant=by.participant, number=number, content=sealed
        )
    upload.digest = keyring().fingerprint("file", str(by.participant_id), digest.hexdigest())
    upload.save(update_fields=["digest"])
    record(Event.UPLOAD_STARTED, upload, by=by, size_bytes=upload.size_bytes, group=group.slug, share=share)
    ring(WORK_ON_UPLOAD, upload_id=str(upload.pk))
    return upload


def earlier_upload(upload: Upload) -> Upload | None:
    """The latest earlier upload of the very same file by the same participant, shared or on its way, or None."""
    same = Upload.objects.filter(participant=upload.participant_id, digest=upload.digest, pk__lt=upload.pk)
    return same.exclude(state__in=[UploadState.REFUSED, UploadState.CANCELLED]).order_by("-pk").first()
