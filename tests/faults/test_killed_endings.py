"""Workers that are killed while they take back an upload, and while they seal everything anew."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

from tests.faults.test_killed_parts import WORKERS
from tests.faults.work import FINISH_SECONDS, kill, start_work
from tests.intake_file import intake_file
from tests.running import RunningInstallation, processes, wait_for

ROWS = 5_000
FIRST = 5_000_000
TAKE_BACK = """
from lantern.lib.tenancy import Scope, acting, acting_as_system
from participants.models import Member
from signals.models import Upload
from signals.withdrawing import withdraw
with acting_as_system():
    member = Member.objects.select_related("user", "participant").get(user__email="lee@northwind.example")
with acting(Scope.MEMBER, participant_id=member.participant_id, user_id=member.user_id):
    print(withdraw(Upload.objects.get(pk="{upload}"), reason="mistake", by=member).pk)
"""
UNDER_WAY = "SELECT count(*) FROM lantern_resealing WHERE finished_at IS NULL"


def kill_workers_when(place: RunningInstallation, is_so: Callable[[], bool], what: str) -> None:
    """Stop the workers where they stand, see that it is so, and kill them; try again where it was not."""
    while True:
        wait_for(lambda: len(place.pids("worker")) == WORKERS, "workers")
        wait_for(is_so, what, FINISH_SECONDS)
        pids = place.pids("worker")
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        if is_so():
            break
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
    kill(pids)
    wait_for(lambda: not {row.pid for row in processes()} & set(pids), "the end of the killed processes")


def test_killed_workers_seal_everything_anew_and_take_all_of_an_upload_back(
    lantern: RunningInstallation, tmp_path: Path
) -> None:
    file, path = intake_file(ROWS, first=FIRST), tmp_path / "some.csv"
    path.write_bytes(file.content)
    work = start_work(lantern, path)
    work.wait_for_the_end()
    seal_anew(lantern)
    take_back(lantern, work.id, int(file.counts["new"]))


def seal_anew(lantern: RunningInstallation) -> None:
    before = lantern.number("SELECT count(*) FROM signals_signal WHERE value IS NOT NULL")
    done = "SELECT coalesce(sum(resealed), 0) FROM lantern_resealing"
    # While somebody holds a row it is not at its end, however quick the machine.
    with lantern.holding("SELECT id FROM signals_signal WHERE value IS NOT NULL ORDER BY id DESC LIMIT 1 FOR UPDATE"):
        for deed in ("add", "reencrypt"):
            told = lantern.manage("keys", deed)
            assert told.returncode == 0, told.stderr
        kill_workers_when(lantern, lambda: lantern.number(done) > 0 and lantern.number(UNDER_WAY) > 0, "sealing anew")
    wait_for(lambda: lantern.number(UNDER_WAY) == 0, "the end of sealing anew", FINISH_SECONDS)
    told = lantern.manage("keys", "status")
    assert "seal-1 opens: 0 values" in told.stdout, told.stdout
    assert "do not open" not in told.stdout
    each = "SELECT resealed FROM lantern_resealing WHERE \"table\" = 'signals_signal'"
    assert lantern.number(each) == before, "each once"
    assert lantern.number("SELECT count(*) FROM signals_signal WHERE value IS NOT NULL") == before


def take_back(lantern: RunningInstallation, upload: str, shared: int) -> None:
    begun = lantern.manage("shell", "--no-imports", "-c", TAKE_BACK.format(upload=upload))
    assert begun.returncode == 0, begun.stderr
    row = f"FROM signals_withdrawal WHERE id = '{begun.stdout.strip().splitlines()[-1]}'"
    ended, running = f"SELECT ended {row}", f"SELECT count(*) {row} AND finished_at IS NULL"
    first = lantern.number(ended)
    assert first < shared, "the first slice is not all of it"
    kill_workers_when(lantern, lambda: lantern.number(ended) > first and lantern.number(running) == 1, "taking back")
    wait_for(lambda: lantern.number(running) == 0, "the end of taking back", FINISH_SECONDS)
    assert lantern.number(ended) == shared
    own = f"FROM signals_contribution WHERE upload_id = '{upload}'"
    assert lantern.number(f"SELECT count(*) {own} AND state = 'withdrawn'") == shared
    of_it = f"id IN (SELECT signal_id {own})"
    assert lantern.number(f"SELECT count(*) FROM signals_signal WHERE {of_it} AND contributor_count = 0") == shared
    assert lantern.number(f"SELECT count(*) FROM signals_signal WHERE {of_it} AND value IS NOT NULL") == 0
