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


def test_keys_change_and_nothing_is_lost(own: RunningInstallation, tmp_path: Path) -> None:
    path, file = tmp_path / "some.csv", intake_file(200)
    path.write_bytes(file.content)

    def deed(*words: str) -> str:
        told = own.manage("keys", *words)
        assert told.returncode == 0, told.stderr
        return told.stdout

    def already_yours() -> None:
        told = own.manage("import_signals", str(path), *FROM)
        assert told.returncode == 0, told.stderr
        assert f'"already_yours": {file.counts["new"]}' in told.stdout

    assert own.manage("import_signals", str(path), *FROM).returncode == 0
    assert "seal-1 seals" in deed("status")
    assert own.manage("keys", "retire", "1").returncode == 1, "it seals"
    assert "seal-2.key" in deed("add")
    refused = own.manage("keys", "retire", "1")
    assert refused.returncode == 1
    assert "still seals" in refused.stderr
    deed("reencrypt", "--here")
    told = deed("status")
    assert "seal-1 opens: 0 values" in told
    assert "do not open" not in told
    assert own.manage("keys", "retire", "1").returncode == 1, "somebody may be signed in"
    assert "retired" in deed("retire", "1", "--now")
    already_yours()
    assert own.code("lee@northwind.example").isdecimal()

    before = own.rows("SELECT id, fingerprint FROM signals_signal ORDER BY id")
    assert "fingerprint-2.key" in deed("rename")
    after = own.rows("SELECT id, fingerprint FROM signals_signal ORDER BY id")
    assert [row[0] for row in after] == [row[0] for row in before]
    assert not {row[1] for row in after} & {row[1] for row in before}
    assert own.number("SELECT count(*) FROM signals_signal WHERE NOT relations_due") == 0
    already_yours()
    assert own.number("SELECT count(*) FROM signals_signal") == len(before)
