"""The folders of one installation, who may enter them, and how that is checked."""

import hashlib
import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from lantern.installation.errors import InstallationError

PROJECT = Path(__file__).resolve().parent.parent.parent
PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600
PASSABLE_FOLDER = 0o711
OTHERS = 0o077

# sockaddr_un.sun_path holds 108 bytes on Linux and 104 on macOS, with the closing NUL; ".s.PGSQL.5432" needs 14.
SOCKET_FOLDER_BYTES = 88


@dataclass(frozen=True)
class Home:
    """The folder of one installation (`LANTERN_HOME`), absolute. Made with `open_home`."""

    path: Path

    @property
    def postgres(self) -> Path:
        """What the embedded PostgreSQL owns; a link to elsewhere where its user could not come in (see `postgres`)."""
        return self.path / "postgres"

    @property
    def redis(self) -> Path:
        """The embedded Redis's folder."""
        return self.path / "redis"

    @property
    def keys(self) -> Path:
        """Secrets, one file each; `LANTERN_KEYS_DIR` names another folder."""
        named = os.environ.get("LANTERN_KEYS_DIR")
        return Path(named).resolve() if named else self.path / "keys"

    @property
    def files(self) -> Path:
        """Files that the application keeps."""
        return self.path / "files"

    @property
    def run(self) -> Path:
        """Logs, locks, the beat's schedule, collected static files: all of it can be made again."""
        return self.path / "run"


def home_path() -> Path:
    """The installation's folder: `LANTERN_HOME`, relative to the working folder, or `.lantern` in the project."""
    return Path(os.environ.get("LANTERN_HOME") or PROJECT / ".lantern").resolve()


def open_home(path: Path | None = None) -> Home:
    """The installation in `path` (default: `home_path()`), with every folder made and checked.

    Raises `InstallationError` if a folder cannot be made or belongs to somebody else, or keys or files are open to
    others.
    """
    home = Home((path or home_path()).resolve())
    try:
        # As root, PostgreSQL runs as another user and has to pass through; an ordinary user shares with nobody.
        make_folder(home.path, PASSABLE_FOLDER if os.geteuid() == 0 else PRIVATE_FOLDER)
        _refuse_foreign(home.path)
        for folder in (home.redis, home.keys, home.files, home.run):
            make_folder(folder, PRIVATE_FOLDER)
    except OSError as error:
        raise InstallationError(
            f"Lantern cannot write to {home.path} ({error.strerror}): choose another folder with LANTERN_HOME."
        ) from error
    for folder in (home.keys, home.files):
        refuse_open_to_others(folder)
    return home


def make_folder(folder: Path, mode: int) -> None:
    """Make `folder` with exactly `mode`, whatever the umask; one that is there already stays as it is."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir(mode)
    except FileExistsError:
        if not folder.is_dir():
            raise
    else:
        folder.chmod(mode)


def refuse_open_to_others(folder: Path) -> None:
    """Raise `InstallationError` if anybody but its owner may enter `folder` or read a file in it."""
    for path in (folder, *folder.rglob("*")):
        try:
            mode = path.stat().st_mode
        except FileNotFoundError:  # another command has just put its new key into place
            continue
        if mode & OTHERS:
            right = PRIVATE_FOLDER if stat.S_ISDIR(mode) else PRIVATE_FILE
            raise InstallationError(f"{path} is open to other users of this machine: run chmod {right:o} '{path}'.")


def passable(folder: Path) -> bool:
    """Whether every user of this machine may pass through `folder` and all folders above it."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in (folder, *folder.parents))


def socket_folder(wanted: Path, owner: int) -> Path:
    """`wanted`, or a short stand-in for it in /tmp where its path is too long for a socket; private to user id `owner`.

    Raises `InstallationError` if somebody else holds the stand-in's name.
    """
    folder = wanted if len(os.fsencode(wanted)) <= SOCKET_FOLDER_BYTES else _short(wanted)
    make_folder(folder, PRIVATE_FOLDER)
    if folder.lstat().st_uid == os.geteuid() != owner:
        os.chown(folder, owner, -1)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & OTHERS:
        raise InstallationError(f"{folder} is not a private folder of this installation: remove it and start again.")
    return folder


def drop_stand_in(wanted: Path) -> None:
    """Remove the stand-in that `socket_folder` may have made for `wanted`."""
    shutil.rmtree(_short(wanted), ignore_errors=True)


def _short(wanted: Path) -> Path:
    digest = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:16]
    # Not the temporary folder of the environment: that one can be deep as well. Ownership and mode are checked.
    return Path("/tmp") / f"lantern-{os.geteuid()}-{digest}"  # noqa: S108


def _refuse_foreign(path: Path) -> None:
    if path.stat().st_uid != os.geteuid():
        raise InstallationError(
            f"{path} belongs to {path.owner()}: run as that user, or choose another folder with LANTERN_HOME."
        )
