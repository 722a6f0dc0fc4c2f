"""`manage.py normalise`: one line in, one line out, whatever stands in it."""

import io
import sys
from types import SimpleNamespace

import pytest
from django.core.management import call_command

LINES = [
    (b"email\tMira@Example.com", b"mira@example.com"),
    (b"username\t@Mira\tHarbor", b"mira"),
    (b"username\t@Mira", b"!missing_service"),
    (b"pigeon\tx", b"!unknown_kind"),
    (b"email", b"!missing_value"),
    (b"", b"!unknown_kind"),
    (b"email\tmira@example.com\r", b"!control_character"),
    (b"keyword\ta\x00b", b"!control_character"),
    (b"keyword\ta\xe2\x80\xa8b", None),
    (b"md5\t" + b"0" * 32, b"!too_broad"),
    (b"keyword\t" + b"x" * 2049, b"!too_long"),
]


def _normalised(monkeypatch: pytest.MonkeyPatch, given: bytes) -> bytes:
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(given)))
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=out, write=lambda text: None, flush=lambda: None))
    call_command("normalise")
    return out.getvalue()


def test_each_line_is_answered_in_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = _normalised(monkeypatch, b"\n".join(given for given, _ in LINES) + b"\n").split(b"\n")
    assert answers.pop() == b""
    assert len(answers) == len(LINES)
    for (given, wanted), answer in zip(LINES, answers, strict=True):
        assert wanted is None or answer == wanted, given


def test_a_last_line_without_an_end_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _normalised(monkeypatch, b"email\ta@example.com") == b"a@example.com\n"


@pytest.mark.parametrize("broken", [b"keyword\t\xff\xfe", b"email\tzo\xeb@example.com", b"\xed\xa0\x80"])
def test_broken_utf8_is_a_code_and_no_crash(monkeypatch: pytest.MonkeyPatch, broken: bytes) -> None:
    answer = _normalised(monkeypatch, broken + b"\nemail\ta@example.com\n")
    assert answer.startswith(b"!")
    assert answer.endswith(b"\na@example.com\n")
