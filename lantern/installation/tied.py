"""`python -m lantern.installation.tied PARENT COMMAND…`: become COMMAND, and be told to end when PARENT dies.

A supervisor that is killed outright cannot end its children. On Linux the kernel does it then (prctl(2),
PR_SET_PDEATHSIG, which survives execve); elsewhere this only runs the command.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Tie this process to `arguments[1]`, a process id, and replace it by the command that follows."""
    parent, command = int(arguments[1]), arguments[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))
    if os.getppid() != parent:
        sys.exit(1)  # it died before the tie was made
    os.execv(command[0], command)  # noqa: S606 - to become another program is what it is for


if __name__ == "__main__":
    main(sys.argv)
