"""The embedded servers: who starts them, who stops them, and what a crash leaves behind."""

import os
import signal
import stat
import subprocess
from pathlib import Path

import psycopg
import pytest
import redis

from lantern.installation import keys
from lantern.installation.errors import InstallationError
from lantern.installation.folders import open_home
from lantern.installation.postgres import ELSEWHERE, Postgres
from lantern.installation.redis import Redis
from lantern.installation.servers import Servers, servers_in_use
from lantern.installation.temporary import remove_home


def running(folder: Path) -> tuple[bool, bool]:
    """Whether PostgreSQL and Redis of the installation in `folder` run."""
    home = open_home(folder)
    return Postgres(home).is_running(), Redis(home).is_running()


def answer(servers: Servers) -> None:
    """Ask both servers for something."""
    with psycopg.connect(servers.database_url) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("lantern",)
    with redis.Redis.from_url(servers.redis_url) as client:
        assert client.ping()


def test_servers_run_while_in_use_and_stop_afterwards(home_folder: Path) -> None:
    with servers_in_use(home_folder) as servers:
        answer(servers)
        assert os.environ["DATABASE_URL"] == servers.database_url
        assert running(home_folder) == (True, True)
    assert running(home_folder) == (False, False)
    assert "DATABASE_URL" not in os.environ


def test_data_stay_from_one_start_to_the_next(home_folder: Path) -> None:
    with servers_in_use(home_folder) as servers, psycopg.connect(servers.database_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    with servers_in_use(home_folder) as servers, psycopg.connect(servers.database_url) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
        connection.execute("DROP TABLE kept")


def test_a_failing_command_stops_the_servers(home_folder: Path) -> None:
    with pytest.raises(SystemExit), servers_in_use(home_folder):
        raise SystemExit(3)
    assert running(home_folder) == (False, False)


def test_the_last_to_leave_stops_the_servers(home_folder: Path, other_user: subprocess.Popen[str]) -> None:
    with servers_in_use(home_folder) as servers:
        other_user.communicate("leave\n")
        answer(servers)
    assert running(home_folder) == (False, False)


def test_leaving_keeps_the_servers_for_others(home_folder: Path, other_user: subprocess.Popen[str]) -> None:
    with servers_in_use(home_folder):
        pass
    assert running(home_folder) == (True, True)
    other_user.communicate("leave\n")
    assert running(home_folder) == (False, False)


def test_servers_left_by_a_killed_command_are_used_and_stopped(
    home_folder: Path, other_user: subprocess.Popen[str]
) -> None:
    other_user.kill()
    other_user.wait()
    assert running(home_folder) == (True, True)
    with servers_in_use(home_folder) as servers:
        answer(servers)
    assert running(home_folder) == (False, False)


def test_killed_servers_start_again_though_their_files_name_a_living_process(
    home_folder: Path, other_user: subprocess.Popen[str]
) -> None:
    home = open_home(home_folder)
    pid_files = [home.postgres / "data" / "postmaster.pid", home.redis / "redis.pid"]
    for path in pid_files:
        os.kill(int(path.read_text().split()[0]), signal.SIGKILL)
    other_user.kill()
    other_user.communicate()
    Postgres(home).stop()  # its children notice by themselves that it is gone
    for path in pid_files:
        path.write_text(f"{os.getpid()}\n")
    with servers_in_use(home_folder) as servers:
        answer(servers)


def test_a_named_server_is_used_as_it_is(home_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://owner@db.example/lantern")
    with servers_in_use(home_folder) as servers:
        assert servers.database_url == "postgresql://owner@db.example/lantern"
        assert not servers.embedded
        assert running(home_folder) == (False, True)
    assert running(home_folder) == (False, False)


def test_a_deep_home_with_spaces_works(open_folder: Path) -> None:
    folder = open_folder.joinpath("a folder with spaces", *["deep" * 5] * 6)
    for parent in (folder, *folder.parents)[:7]:
        parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    with servers_in_use(folder) as servers:
        answer(servers)
        socket = Redis(open_home(folder)).socket
        assert len(os.fsencode(socket)) < 100
        assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
    assert not socket.parent.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another user")
def test_a_home_closed_to_others_keeps_its_data_elsewhere(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(0o700)
    with servers_in_use(closed / "home") as servers:
        answer(servers)
    elsewhere = (closed / "home" / "postgres").resolve()
    assert elsewhere.parent == ELSEWHERE
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    remove_home(closed / "home")
    assert not elsewhere.exists()


def test_the_owner_needs_its_password(home_folder: Path) -> None:
    with servers_in_use(home_folder) as servers, pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(servers.database_url.replace(keys.read_key(servers.home, keys.DATABASE_OWNER), "wrong"))


def test_another_password_than_the_databases_is_refused_and_nothing_stays(home_folder: Path) -> None:
    path = open_home(home_folder).keys / keys.DATABASE_OWNER
    right = path.read_text()
    path.write_text("another")
    with pytest.raises(InstallationError, match="made with another password"), servers_in_use(home_folder):
        pass
    path.write_text(right)
    assert running(home_folder) == (False, False)


def test_what_a_client_sends_does_not_reach_the_log(home_folder: Path) -> None:
    with servers_in_use(home_folder) as servers, psycopg.connect(servers.database_url, autocommit=True) as connection:
        connection.execute("CREATE TEMPORARY TABLE person (email text PRIMARY KEY)")
        connection.execute("INSERT INTO person VALUES ('mia@example.com')")
        for statement in ("INSERT INTO person VALUES ('mia@example.com')", "SELECT 'mia@example.com'::int"):
            with pytest.raises(psycopg.Error):
                connection.execute(statement)
        assert "mia@" not in (servers.home.run / "postgres.log").read_text()
