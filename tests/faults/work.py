"""Handing a large file to workers, watching them, and counting what came of it."""

import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.intake_file import IntakeFile
from tests.running import RunningInstallation, wait_for

START = """
import sys
from pathlib import Path
from typing import Any
from django.core.files.base import File
from lantern.lib.tenancy import Scope, acting, acting_as_system
from participants.models import Member, SharingGroup
from signals.intake import start_upload
with acting_as_system():
    member = Member.objects.select_related("user", "participant").get(user__email="{email}")
    group = SharingGroup.objects.get(slug=SharingGroup.DEFAULT_SLUG)
with acting(Scope.MEMBER, participant_id=member.participant_id, user_id=member.user_id):
    with Path("{path}").open("rb") as file:
        print(start_upload(File(file, name="large.csv"), group=group, by=member, share=True).pk)
"""
FINISH_SECONDS = 120.0


@dataclass(frozen=True)
class Work:
    """One upload in the hands of the workers, asked for over a connection of its own."""

    place: RunningInstallation
    id: str

    def state(self) -> str:
        """Its state now."""
        return str(self._column("state"))

    def done(self) -> int:
        """How far the running phase is, in rows."""
        return int(self._column("CASE state WHEN 'applying' THEN rows_applied ELSE rows_checked END"))

    def is_in_the_middle(self, of: str) -> bool:
        """Whether that phase has begun and not ended, by its checkpoint."""
        total = int(self._column("coalesce(rows_total, 0)"))
        return self.state() == of and 0 < self.done() < total

    def wait_for_the_middle(self, of: str) -> None:
        """Return once that phase is under way."""
        wait_for(lambda: self.is_in_the_middle(of), f"the middle of {of}", FINISH_SECONDS)

    def wait_for_the_end(self) -> None:
        """Return once it is shared."""
        wait_for(lambda: self.state() == "done", "the end of the upload", FINISH_SECONDS)

    def outcomes(self) -> dict[str, object]:
        """The counts as `import_signals` tells them."""
        counts = self._column("counts")
        return {name: counts[name] for name in counts if name not in ("incidents", "by_kind", "by_tlp")}

    def _column(self, expression: str) -> Any:
        return self.place.rows(f"SELECT {expression} FROM signals_upload WHERE id = '{self.id}'")[0][0]


def start_work(place: RunningInstallation, path: Path, email: str = "lee@northwind.example") -> Work:
    """Hand the file in, to be checked and shared without another question."""
    begun = place.manage("shell", "--no-imports", "-c", START.format(email=email, path=path))
    assert begun.returncode == 0, begun.stderr
    return Work(place, begun.stdout.strip().splitlines()[-1])


def kill(pids: Iterable[int]) -> None:
    """SIGKILL: no handler runs, nothing is finished or given back."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def assert_exact(work: Work, file: IntakeFile) -> None:
    """Nothing lost, nothing doubled: in the upload's counts and in every table that it fills."""
    place = work.place
    assert work.outcomes() == file.counts
    own = f"FROM signals_contribution WHERE upload_id = '{work.id}'"
    assert place.number(f"SELECT count(*) {own}") == file.counts["new"]
    assert place.number(f"SELECT count(DISTINCT signal_id) {own}") == file.counts["new"]
    assert place.number(f"SELECT count(*) {own} AND state <> 'in_force'") == 0
    doubled = f"SELECT count(*) FROM signals_signal WHERE contributor_count <> 1 AND id IN (SELECT signal_id {own})"
    assert place.number(doubled) == 0
    left = f"SELECT count(*) FROM signals_stagedrow WHERE batch = '{work.id}' AND outcome <> 'rejected'"
    assert place.number(left) == 0
    of_it = f"signal_id IN (SELECT signal_id {own})"
    wait_for(
        lambda: place.number(f"SELECT count(*) FROM reviews_review WHERE {of_it}") == 4 * file.for_people, "reviews"
    )
