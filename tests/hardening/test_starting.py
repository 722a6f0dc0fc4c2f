"""ASVS 13.3.1 and 13.4.2: nothing starts with weak settings, or with keys that others can read or that are missing."""

import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from audit.keys import signer
from lantern.installation.folders import PROJECT
from lantern.starting import refuse_bad_keys, refuse_weak_settings


@pytest.fixture(autouse=True)
def in_earnest(settings: Settings, tmp_path: Path) -> object:
    """An installation that is no demo, in order."""
    settings.DEMO, settings.HTTPS, settings.ALLOWED_HOSTS = False, True, ["lantern.example"]
    settings.KEYS_DIR, kept = tmp_path, settings.KEYS_DIR
    refuse_weak_settings()
    settings.KEYS_DIR = kept
    yield
    signer.cache_clear()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTPS", False),
        ("DEBUG", True),
        ("ALLOWED_HOSTS", []),
        ("ALLOWED_HOSTS", ["*"]),
        ("ALLOWED_HOSTS", [".x.example"]),
    ],
)
def test_v13_4_2_weak_settings_are_refused(settings: Settings, name: str, value: Any) -> None:
    setattr(settings, name, value)
    with pytest.raises(ImproperlyConfigured):
        refuse_weak_settings()


def test_v13_3_1_a_key_that_others_can_read_is_refused(settings: Settings, tmp_path: Path) -> None:
    settings.KEYS_DIR = tmp_path
    key = tmp_path / "seal-1.key"
    key.write_text(secrets.token_hex(32))
    key.chmod(0o640)
    with pytest.raises(ImproperlyConfigured) as refusal:
        refuse_weak_settings()
    assert key.read_text() not in str(refusal.value)


def test_v13_3_1_a_missing_audit_key_is_refused(settings: Settings) -> None:
    refuse_bad_keys()
    settings.AUDIT_KEYS = {}
    with pytest.raises(ImproperlyConfigured, match="audit-1"):
        refuse_bad_keys()


@pytest.mark.parametrize("part", ["worker", "beat"])
def test_v13_3_1_worker_and_beat_end_without_their_keys(part: str, tmp_path: Path) -> None:
    """Asked of the processes: Celery goes on from an exception of a handler."""
    command = [sys.executable, "-m", "celery", "-A", "lantern", part]
    place = {"LANTERN_KEYS_DIR": str(tmp_path), "LANTERN_DEMO": "1", "LANTERN_HTTPS": "0"}
    ended = subprocess.run(
        command,
        cwd=PROJECT,
        env={**os.environ, **place},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1, ended.stderr
    assert "Lantern does not start" in ended.stderr
