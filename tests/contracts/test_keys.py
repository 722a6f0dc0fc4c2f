"""`manage.py keys`: a new sealing key, everything under it, the old one retired; another fingerprint key."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.intake_file import intake_file
from tests.running import RunningInstallation, installation

FROM = ("--participant", "northwind", "--by", "lee@northwind.example")


@pytest.fixture
def own() -> Iterator[RunningInstallation]:
    """An installation whose keys are nobody else's concern."""
    with installation() as place, place.serving():
        assert place.manage("seed_demo", "--people-only").returncode == 0
        yield place


def deed(own: RunningInstallation, *words: str) -> str:
    """What the command says when it succeeds."""
    told = own.manage("keys", *words)
    assert told.returncode == 0, told.stderr
    return told.stdout


def refusal(own: RunningInstallation, *words: str) -> str:
    """What it says when it refuses."""
    told = own.manage("keys", *words)
    assert told.returncode == 1, told.stdout
    return told.stderr


def test_keys_change_and_nothing_is_lost(own: RunningInstallation, tmp_path: Path) -> None:
    path, file = tmp_path / "some.csv", intake_file(200)
    path.write_bytes(file.content)

    def already_yours() -> None:
        told = own.manage("import_signals", str(path), *FROM)
        assert told.returncode == 0, told.stderr
        assert f'"already_yours": {file.counts["new"]}' in told.stdout

    assert own.manage("import_signals", str(path), *FROM).returncode == 0
    change_sealing_key(own)
    already_yours()
    assert own.code("lee@northwind.example").isdecimal()

    names = "SELECT id, fingerprint FROM signals_signal ORDER BY id"
    before = own.rows(names)
    assert "fingerprint-2.key" in deed(own, "rename")
    after = own.rows(names)
    assert [row[0] for row in after] == [row[0] for row in before]
    assert not {row[1] for row in after} & {row[1] for row in before}
    assert own.number("SELECT count(*) FROM signals_signal WHERE NOT relations_due") == 0
    already_yours()
    assert own.number("SELECT count(*) FROM signals_signal") == len(before)
    told = "SELECT event FROM audit_auditevent WHERE event IN ('keys.seal_key_retired', 'keys.fingerprints_renamed')"
    assert own.rows(f"{told} ORDER BY id") == [("keys.seal_key_retired",), ("keys.fingerprints_renamed",)]


def change_sealing_key(own: RunningInstallation) -> None:
    """A second key, everything under it, and the first one retired as soon as that may be."""
    assert "seal-1 seals" in deed(own, "status")
    assert "no longer seals" in refusal(own, "retire", "1")
    assert "seal-2.key" in deed(own, "add")
    assert "still seals" in refusal(own, "retire", "1")
    deed(own, "reencrypt", "--here")
    told = deed(own, "status")
    assert "seal-1 opens: 0 values" in told
    assert "do not open" not in told
    assert "signed in" in refusal(own, "retire", "1")
    assert "retired" in deed(own, "retire", "1", "--now")
