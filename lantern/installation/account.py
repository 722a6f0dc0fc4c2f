"""The system account that PostgreSQL runs as where the installation runs as root."""

import os
import pwd
import shutil
import subprocess
from functools import cache

from lantern.installation.daemon import Account
from lantern.installation.errors import InstallationError

NAME = "pgserver"  # the name the wheel itself uses, so a machine gets one such account and not two


@cache
def server_account() -> Account | None:
    """The account to change to, made if it is missing; None for ordinary users, who run everything as themselves."""
    if os.geteuid() != 0:
        return None
    try:
        found = pwd.getpwnam(NAME)
    except KeyError:
        found = _create()
    return Account(found.pw_uid, found.pw_gid)


def _create() -> pwd.struct_passwd:
    program = shutil.which("useradd", path=os.defpath + ":/usr/sbin:/sbin")
    if program is None:
        raise InstallationError(
            "PostgreSQL does not run as root and there is no useradd here: run as an ordinary user."
        )
    command = [
        program,
        "--system",
        "--user-group",
        "--no-create-home",
        "--home-dir=/nonexistent",
        "--shell=/usr/sbin/nologin",
    ]
    made = subprocess.run([*command, NAME], check=False, capture_output=True, text=True)
    try:
        return pwd.getpwnam(NAME)  # made here, or by somebody else at the same moment
    except KeyError:
        raise InstallationError(f"The system account {NAME} could not be made: {made.stderr.strip()}") from None
