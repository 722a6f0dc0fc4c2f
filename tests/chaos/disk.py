"""The database's disk: a file system of its own, so that it can truly be full.

A tmpfs is made as small as what is in it: the next byte is refused by the kernel with ENOSPC, which PostgreSQL tells
as "No space left on device" (SQLSTATE 53100). Mounting needs root; elsewhere this fault is left out, visibly.
"""

import os
import subprocess
from pathlib import Path

ROOM_BYTES = 8 << 30
TRIES = 20


class Disk:
    """Mounted at a folder for the length of the `with` block, where that is permitted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.is_mounted = False

    def __enter__(self) -> "Disk":
        if os.geteuid() == 0:
            self._folder.mkdir(mode=0o755)
            options = f"size={ROOM_BYTES},mode=0755"
            done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "lantern-chaos", str(self._folder)])  # noqa: PLW1510, S607
            self.is_mounted = done.returncode == 0
        return self

    def __exit__(self, *_: object) -> None:
        if self.is_mounted:
            subprocess.run(["umount", "--lazy", str(self._folder)], check=True)  # noqa: S607

    def fill(self) -> None:
        """Leave no room: some pages for good measure. What is written meanwhile may be more than that: then again."""
        for _ in range(TRIES):
            told = os.statvfs(self._folder)
            used = (told.f_blocks - told.f_bfree) * told.f_frsize
            if self._resize(used + 65_536):
                return
        raise RuntimeError("the disk could not be made small")

    def empty(self) -> None:
        """Give the room back."""
        if not self._resize(ROOM_BYTES):
            raise RuntimeError("the disk could not be made large again")

    def _resize(self, size: int) -> bool:
        """Whether it has that size now: the kernel refuses one that is smaller than what is in it."""
        command = ["mount", "-o", f"remount,size={size}", str(self._folder)]
        return subprocess.run(command, capture_output=True).returncode == 0  # noqa: PLW1510
