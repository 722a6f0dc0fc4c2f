"""`python -m tests.mutation`: changes the code on which trust rests, place by place, and sees whether a test notices.

mutmut does it, in a copy of the project, room after room, with the tests that are meant for the room. They share one
database, made at the first of them (`--reuse-db`). What no test noticed is listed; less than four in five is a failure.
"""

import json
import os
import shutil
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lantern.installation.folders import PROJECT
from lantern.installation.servers import servers_in_use
from lantern.installation.temporary import temporary_home

ENOUGH = 80
NOTICED = ("killed", "timeout", "segfault")
UNNOTICED = ("survived", "no_tests", "suspicious")
LEFT = (".git", ".venv", ".lantern", ".hypothesis", "build", "mutants", "__pycache__", ".*_cache", "shared")


@dataclass(frozen=True)
class Room:
    """Files, as patterns, and the tests that are for them."""

    files: Sequence[str]
    tests: Sequence[str]


ROOMS = {
    "policies": Room(["participants/policies.py"], ["tests/participants/test_policies.py"]),
    "normal_forms": Room(
        ["signals/kinds/*.py"],
        ["tests/signals/test_kinds.py", "tests/signals/test_normalise.py", "tests/signals/test_properties.py"],
    ),
    "seal": Room(
        ["lantern/lib/seal.py", "lantern/lib/key_files.py"], ["tests/lib/test_seal.py", "tests/keys/test_key_folder.py"]
    ),
    "figures": Room(
        ["transparency/figures/*.py", "transparency/facts.py", "transparency/rollups.py", "transparency/standing.py"],
        ["tests/transparency/test_independent_check.py", "tests/transparency/test_figures.py"],
    ),
}


def main() -> int:
    """All rooms, or those that are named; 1 where one falls short."""
    parser = ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("room", nargs="*", help=f"of {', '.join(ROOMS)}; all without")
    parser.add_argument("--processes", type=int, default=1, help="more than one only where the tests ask no database")
    parser.add_argument("--only", default="*", help="mutants whose names match, as mutmut writes them")
    asked = parser.parse_args()
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    shares = {}
    with temporary_home() as home, servers_in_use(home, create_keys=True):
        os.environ.update(LANTERN_DEMO="1", LANTERN_HTTPS="0")
        for name in asked.room or ROOMS:
            copy = home / "mutation" / name
            _copy_project(copy, ROOMS[name])
            output = _mutmut("run", "--max-children", str(asked.processes), asked.only, cwd=copy)
            shares[name] = _tell(name, copy, output)
    return int(any(share < ENOUGH for share in shares.values()))


def _copy_project(copy: Path, room: Room) -> None:
    shutil.copytree(PROJECT, copy, ignore=shutil.ignore_patterns(*LEFT))
    folders = sorted({path.name for path in copy.iterdir() if path.is_dir()} - {"tests"})
    lists = {
        "source_paths": sorted({file.split("/")[0] for file in room.files}),
        "only_mutate": room.files,
        "also_copy": [*folders, "manage.py"],
        "pytest_add_cli_args": ["-p", "no:tests.servers", "-p", "no:cacheprovider", "--reuse-db", "-q", "-x"],
        "pytest_add_cli_args_test_selection": room.tests,
    }
    with (copy / "pyproject.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n[tool.mutmut]\n")
        settings.writelines(f"{key} = {json.dumps(list(value))}\n" for key, value in lists.items())


def _tell(name: str, copy: Path, output: str) -> float:
    """The share of mutants that a test noticed, in percent; told, with those that none did."""
    _mutmut("export-cicd-stats", cwd=copy)
    found = copy / "mutants" / "mutmut-cicd-stats.json"
    numbers: dict[str, int] = json.loads(found.read_text(encoding="utf-8")) if found.exists() else {}
    checked = sum(numbers.get(word, 0) for word in (*NOTICED, *UNNOTICED))
    if not checked:
        print(output[-5_000:])  # noqa: T201 -- why there are none
        return 0.0
    noticed = sum(numbers.get(word, 0) for word in NOTICED)
    print(f"{name}: {noticed} of {checked} noticed, {100 * noticed / checked:.0f} %")  # noqa: T201 -- what it was asked for
    print(_mutmut("results", cwd=copy), flush=True)  # noqa: T201 -- as above
    return 100 * noticed / checked


def _mutmut(*words: str, cwd: Path) -> str:
    command = [sys.executable, "-m", "mutmut", *words]
    return subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout  # noqa: PLW1510


if __name__ == "__main__":
    sys.exit(main())
