"""`python -m tests.load`: an installation of its own, analysts at work, first alone and then beside an import."""

import sys
from argparse import ArgumentParser, Namespace

from lantern.installation.folders import open_home
from lantern.installation.servers import servers_in_use
from lantern.installation.temporary import temporary_home
from tests.running import leave_environment, make_people


def arguments() -> Namespace:
    """How many, and for how long."""
    parser = ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--analysts", type=int, default=200)
    parser.add_argument("--thinking", type=float, default=5.0, help="seconds between what one sees and what one does")
    parser.add_argument("--minutes", type=float, default=10.0, help="of each of the two loads")
    parser.add_argument("--rows", type=int, default=1_000_000, help="imported beside the second")
    parser.add_argument("--workers", type=int, default=2, help="web workers")
    parser.add_argument("--signals", type=int, default=30_000, help="in everybody's queue at the beginning")
    return parser.parse_args()


def main() -> int:
    """Run it and tell it; 1 where an answer was an error, a claim was doubled, or it took longer than it may."""
    asked = arguments()
    leave_environment(
        LANTERN_WEB_WORKERS=str(asked.workers),
        # Nobody is there to agree to a large upload.
        LANTERN_UPLOAD_APPROVAL_ROWS=str(asked.rows + asked.signals),
    )
    with temporary_home() as folder, servers_in_use(folder, create_keys=True):
        make_people()
        from tests.load.run import run  # noqa: PLC0415 -- it needs the application

        told = run(open_home(folder), asked)
    for line in told.lines():
        print(line)  # noqa: T201 -- what it was asked for
    return 0 if told.is_well else 1


if __name__ == "__main__":
    sys.exit(main())
