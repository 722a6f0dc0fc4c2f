"""The clock of the web host: a small library, preloaded, adds to the time of day what a file says.

Debian's libfaketime 0.9.10 does not do: Python's sleep (clock_nanosleep, to a moment of the monotonic clock) fails or
hangs under it. Where there is no C compiler this fault is left out, visibly.
"""

import shutil
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_name("stepped_clock.c")


class SteppedClock:
    """`environment` is for the process whose clock it is."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self._library = folder / "stepped_clock.so"
        compiler = shutil.which("cc")
        self.works = compiler is not None
        if compiler:
            command = [compiler, "-O1", "-shared", "-fPIC", "-o", str(self._library), str(SOURCE), "-ldl"]
            subprocess.run(command, check=True)
        self.step(0)

    @property
    def environment(self) -> dict[str, str]:
        """Nothing where it does not work."""
        return {"LD_PRELOAD": str(self._library), "STEPPED_CLOCK": str(self._file)} if self.works else {}

    def step(self, seconds: int) -> None:
        """By how much it is off from now on."""
        new = self._file.with_suffix(".new")
        new.write_text(f"{seconds}\n")
        new.replace(self._file)
