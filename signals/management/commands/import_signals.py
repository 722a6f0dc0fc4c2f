"""`manage.py import_signals`: the way of an upload, here and now (the contract is in the README)."""

import json
import os
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.management.base import BaseCommand, CommandError

from audit.sealing import seal_all
from lantern.lib.tenancy import Scope, acting, acting_as_system
from participants.models import Member, SharingGroup
from participants.policies import Action, groups_for
from signals.error_file import error_file
from signals.faults import FileRefused
from signals.intake import earlier_upload, start_upload
from signals.jobs import limits
from signals.mapping import forget_file, left_out
from signals.models import Outcome, Upload, UploadState
from signals.reader import read_head
from signals.refusals import refusal_of
from signals.upload_page import SAME_FILE, SAME_FILE_OPEN, SHORTENED
from signals.uploads import work_on

PAUSE_SECONDS = 0.2
PIECE = 65_536


class Command(BaseCommand):
    """Checks a file and shares its good rows, as the page does, without a worker.

    Whoever runs it has the machine: it asks for no second person, however many rows there are.
    """

    help = "Imports a CSV of signals for a participant. The last line of stdout is one JSON object."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """FILE and whom it is from."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--participant", required=True, metavar="SLUG")
        parser.add_argument("--by", required=True, metavar="EMAIL", help="the member who shares")
        parser.add_argument("--group", default=SharingGroup.DEFAULT_SLUG, metavar="SLUG")
        parser.add_argument("--check", action="store_true", help="check only, share nothing")
        parser.add_argument("--errors", type=Path, metavar="FILE", help="write the rejected rows there, to be mended")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exits with 1 where the file is refused whole."""
        started = time.monotonic()
        member = _member(options["participant"], options["by"])
        if options["errors"]:
            _refuse_unwritable(options["errors"])
        upload = _start(options["file"], member, options["group"], share=not options["check"])
        upload = _finished(upload, member)
        if upload.state == UploadState.REFUSED:
            with _acting(member):
                forget_file(upload)
            refused = refusal_of(upload)
            self.stdout.write(json.dumps({"refused": refused.code, "message": refused.message}))
            raise SystemExit(1)
        if upload.state == UploadState.CANCELLED:
            raise CommandError(
                "The member lost the right to share while the file was being shared. What was shared stays."
            )
        header = _header(options["file"])
        if header and (unread := left_out(header, upload.mapping)):
            self.stderr.write(f"These columns are left out: {', '.join(unread)}.")
        with _acting(member):
            for note in _notes(upload):
                self.stderr.write(note)
        if options["errors"]:
            _write_errors(options["errors"], upload, member, header)
        seal_all()  # nobody may be there to do it later
        self.stdout.write(json.dumps(_told(upload, time.monotonic() - started)))


def _member(slug: str, email: str) -> Member:
    with acting_as_system():
        members = Member.objects.select_related("user", "participant__auth_group")
        member = members.filter(participant__slug=slug, user__email__iexact=email).first()
    if member is None:
        raise CommandError(f"{email} is not a member of a participant {slug}.")
    return member


def _refuse_unwritable(path: Path) -> None:
    """Looked at before anything is shared: afterwards it would be too late to say so."""
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise CommandError(f"The errors file {path} cannot be written. Nothing was read or shared.")


def _start(path: Path, member: Member, group_slug: str, *, share: bool) -> Upload:
    with _acting(member):
        group = groups_for(member, Action.UPLOAD_SIGNALS).filter(slug=group_slug).first()
        if group is None:
            raise CommandError(f"{member.participant.slug} may not share in a group {group_slug}.")
        try:
            with path.open("rb") as file:
                return start_upload(File(file, name=path.name), group=group, by=member, share=share)
        except OSError as error:
            raise CommandError(f"The file cannot be read: {error.strerror}.") from None


def _finished(upload: Upload, member: Member) -> Upload:
    """Carries the upload on until no worker has to; waits where another one is at it."""
    while True:
        work_on(upload.pk)
        with _acting(member):
            upload = Upload.objects.get(pk=upload.pk)
        if not upload.is_running:
            return upload
        time.sleep(PAUSE_SECONDS)


def _header(path: Path) -> Sequence[str]:
    """Of the file that was shared; empty where it cannot be read a second time: it was a pipe, is gone or another."""
    if not path.is_file():
        return ()
    try:
        with path.open("rb") as file:
            return read_head(iter(partial(file.read, PIECE), b""), limits(), rows=0).header
    except (OSError, FileRefused):
        return ()


def _notes(upload: Upload) -> Iterator[str]:
    """What the page of the upload says besides its counts."""
    earlier, shortened = earlier_upload(upload), upload.expiries_shortened
    if earlier and earlier.state == UploadState.DONE:
        yield SAME_FILE.format(earlier.created_at)
    elif earlier:
        yield SAME_FILE_OPEN.format(earlier.created_at, earlier.state_label)
    if shortened:
        yield SHORTENED.format("1 row" if shortened == 1 else f"{shortened:,} rows")


def _write_errors(path: Path, upload: Upload, member: Member, header: Sequence[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file, _acting(member):
        file.writelines(error_file(upload, header))


def _told(upload: Upload, seconds: float) -> dict[str, Any]:
    counts = {name: upload.counts[name] for name in ("read", *Outcome.values, "errors")}
    return {"upload": str(upload.pk), **counts, "seconds": round(seconds, 2)}


def _acting(member: Member) -> Any:
    return acting(Scope.MEMBER, participant_id=member.participant_id, user_id=member.user_id)
