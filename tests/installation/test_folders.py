"""Folders and keys: made private, kept private, refused when they are not."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from lantern.installation import keys
from lantern.installation.errors import InstallationError
from lantern.installation.folders import PROJECT, home_path, open_home, socket_folder


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_keys_are_made_once_and_for_their_owner_alone(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    assert set(keys.create_missing(home)) == set(keys.MAKERS)
    made = {name: keys.read_key(home, name) for name in keys.MAKERS}
    assert keys.create_missing(home) == []
    assert {name: keys.read_key(home, name) for name in keys.MAKERS} == made
    assert {mode(path) for path in home.keys.iterdir()} == {0o600}
    assert len(bytes.fromhex(made[keys.SEAL])) == len(bytes.fromhex(made[keys.FINGERPRINT])) == 32


def test_keys_made_by_many_at_once_are_made_once(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "lantern.installation.keys"]
    environment = {**os.environ, "LANTERN_HOME": str(tmp_path / "home")}
    racers = [
        subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(6)
    ]
    said = [line for racer in racers for line in racer.communicate()[0].splitlines()]
    assert {racer.returncode for racer in racers} == {0}
    assert sorted(line for line in said if line in keys.MAKERS) == sorted(keys.MAKERS)


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(InstallationError, match=r"seal-1\.key is missing"):
        keys.read_key(open_home(tmp_path / "home"), keys.SEAL)


@pytest.mark.parametrize("folder", ["keys", "files"])
@pytest.mark.parametrize(("name", "bits", "advice"), [("", 0o750, "chmod 700"), ("inside", 0o640, "chmod 600")])
def test_keys_and_files_open_to_others_are_refused(
    tmp_path: Path, folder: str, name: str, bits: int, advice: str
) -> None:
    home = open_home(tmp_path / "home")
    (home.path / folder / "inside").touch(0o600)
    (home.path / folder / name).chmod(bits)
    with pytest.raises(InstallationError, match=advice):
        open_home(home.path)


def test_folders_are_private_whatever_the_umask(tmp_path: Path) -> None:
    former = os.umask(0)
    try:
        home = open_home(tmp_path / "home")
    finally:
        os.umask(former)
    assert {mode(folder) for folder in (home.keys, home.files, home.run, home.redis)} == {0o700}


def test_a_home_that_cannot_be_made_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InstallationError, match="choose another folder with LANTERN_HOME"):
        open_home(tmp_path / "file" / "home")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_somebody_elses_home_is_refused(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    os.chown(home.path, 65534, -1)
    with pytest.raises(InstallationError, match="belongs to"):
        open_home(home.path)


def test_a_short_socket_folder_held_by_somebody_else_is_refused(tmp_path: Path) -> None:
    wanted = tmp_path.joinpath(*["deep" * 5] * 6)
    folder = socket_folder(wanted, os.geteuid())
    folder.chmod(0o755)
    try:
        with pytest.raises(InstallationError, match="not a private folder"):
            socket_folder(wanted, os.geteuid())
    finally:
        folder.rmdir()


def test_home_is_relative_to_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANTERN_HOME", "here")
    assert home_path() == tmp_path / "here"
    monkeypatch.delenv("LANTERN_HOME")
    assert home_path() == PROJECT / ".lantern"
