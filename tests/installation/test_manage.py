"""What `manage.py` and `make` say when this machine is not ready: one sentence, exit code 1, no traceback."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from lantern.installation import schema
from lantern.installation.errors import InstallationError
from lantern.installation.folders import PROJECT, open_home
from lantern.installation.locks import held_alone
from lantern.installation.web_port import refuse_taken, wanted_port


def manage(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        check=False,
        cwd=PROJECT,
        env={**os.environ, "LANTERN_HOME": str(home)},
        capture_output=True,
        text=True,
    )


def test_a_taken_port_is_one_sentence_before_anything_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = manage("run", "--port", str(port), home=tmp_path / "home")
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Port {port} is taken: choose another")
    assert refused.stderr.count("\n") == 1
    assert not (tmp_path / "home" / "postgres").exists()


def test_a_second_run_of_the_same_home_is_one_sentence(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    with held_alone(home, "run", "unused"):
        refused = manage("run", "--port", "0", home=home.path)
    assert refused.returncode == 1
    assert refused.stderr == (
        f"Lantern is already running in {home.path}: stop it first, or choose another LANTERN_HOME.\n"
    )


def test_a_home_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused = manage("migrate", home=tmp_path / "file" / "home")
    assert refused.returncode == 1
    assert "choose another folder with LANTERN_HOME" in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_commands_without_servers_make_nothing(tmp_path: Path) -> None:
    assert manage("--version", home=tmp_path / "home").returncode == 0
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("text", ["0", "65536", "eighty", "-1", "８０"])
def test_what_is_no_port_is_refused(text: str) -> None:
    with pytest.raises(InstallationError, match="not a port"):
        wanted_port([f"--port={text}"])


def test_a_free_port_is_not_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    refuse_taken(port)


def test_the_schema_is_current_until_a_migration_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    migration = tmp_path / "app" / "migrations" / "0001_initial.py"
    migration.parent.mkdir(parents=True)
    migration.write_text("first")
    monkeypatch.setattr(schema, "PROJECT", tmp_path)
    home = open_home(tmp_path / "home")
    home.postgres.mkdir()
    assert not schema.is_current(home)
    schema.mark_current(home)
    assert schema.is_current(home)
    migration.write_text("other")
    assert not schema.is_current(home)


def environment_made_with(python: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """`make python` in a copy of the project, on a machine that has the programs of `folder` and no others."""
    project = folder / "a project"
    project.mkdir()
    shutil.copy(PROJECT / "Makefile", project)
    programs = folder / "bin"
    programs.mkdir()
    for name in ("sh", "make"):
        (programs / name).symlink_to(str(shutil.which(name)))
    if python:
        (programs / "python3").write_text(f"#!/bin/sh\n{python}\n")
        (programs / "python3").chmod(0o755)
    command = [str(programs / "make"), "python"]
    environment = {"PATH": str(programs)}
    return subprocess.run(command, check=False, cwd=project, env=environment, capture_output=True, text=True)


def test_make_without_python_says_what_it_needs(tmp_path: Path) -> None:
    refused = environment_made_with("", tmp_path)
    assert refused.returncode
    assert "Lantern needs Python 3.11 or newer. There is no python here that runs." in refused.stderr


def test_make_with_an_old_python_says_which(tmp_path: Path) -> None:
    # It answers the first question with its version and the second, whether it is new enough, with no.
    old = 'case "$2" in *print*) echo 3.9 ;; *) exit 1 ;; esac'
    refused = environment_made_with(old, tmp_path)
    assert refused.returncode
    assert "Lantern needs Python 3.11 or newer. python3 is 3.9." in refused.stderr
