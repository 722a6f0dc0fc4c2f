"""Files from beginning to end: the five outcomes, in the service, on the page and by the command alike."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from audit.models import AuditEvent
from participants.models import Member
from signals import checking
from signals.models import Contribution, Signal, StagedRow, Upload, UploadChunk
from signals.staging import Batch, stage
from signals.uploads import NotReady, cancel_upload, confirm_upload, work_on
from tests.signals.files import as_file
from tests.signals.made_files import COLUMNS, FAULTY, made_file
from tests.world import share, signed_in, upload

pytestmark = pytest.mark.django_db

REFUSED = {
    "empty_file": b"",
    "no_header": b"name,colour\na,b\n",
    "duplicate_header": b"kind,value,harm_types,value\n",
    "missing_column": b"kind,value\nemail,a@example.com\n",
    "unknown_encoding": b"kind,value,harm_types\nemail,zo\xeb@example.com,grooming\n",
    "not_a_csv": b"PK\x03\x04 and so on",
    "unclosed_quote": b'kind,value,harm_types\nemail,"a@example.com,grooming\n',
    "too_large": b"kind,value,harm_types\n" + b"email,a@example.com,grooming\n" * 50,
    "too_many_rows": b"kind,value,harm_types\n" + b"email,a@example.com,grooming\n" * 11,
}


def counts_of(told: dict[str, Any]) -> dict[str, Any]:
    """What is compared of the counts of an upload or a command."""
    return {
        name: told[name] for name in ("read", "new", "corroborated", "already_yours", "duplicate", "rejected", "errors")
    }


def _sent(browser: Client, content: bytes, name: str = "signals.csv") -> Upload:
    """Upload by the page; the worker is called at once."""
    response = browser.post("/signals/uploads/new/", {"file": SimpleUploadedFile(name, content)})
    assert response.status_code == 302
    found = Upload.objects.order_by("-pk")[0]
    assert response["Location"] == f"/signals/uploads/{found.pk}/"
    work_on(found.pk)
    return Upload.objects.get(pk=found.pk)


def _commanded(path: Path, by: Member, *options: str) -> tuple[int, dict[str, Any]]:
    """Exit code and the JSON of the last line."""
    out = io.StringIO()
    code = 0
    try:
        call_command(
            "import_signals",
            str(path),
            f"--participant={by.participant.slug}",
            f"--by={by.user.email}",
            *options,
            stdout=out,
        )
    except SystemExit as left:
        code = int(str(left.code))
    return code, json.loads(out.getvalue().splitlines()[-1])


def _in_force() -> int:
    return Contribution.objects.in_force().count()


def test_every_outcome_is_counted_and_the_five_add_up(alice: Member) -> None:
    made = made_file()
    checked = upload(alice, made.content)
    assert checked.state == "ready"
    assert counts_of(checked.counts) == made.counts
    assert (Signal.objects.count(), checked.rows_total, checked.rows_checked) == (0, len(made.rows), len(made.rows))
    confirm_upload(checked, by=alice)
    work_on(checked.pk)
    done = Upload.objects.get(pk=checked.pk)
    assert done.state == "done"
    assert counts_of(done.counts) == made.counts
    assert Signal.objects.count() == _in_force() == made.outcomes["new"]
    assert sum(done.counts[name] for name in ("new", "corroborated", "already_yours", "duplicate", "rejected")) == len(
        made.rows
    )
    assert done.counts["incidents"] == 10


def test_every_row_code_is_made() -> None:
    """The generator knows them all, except the one that only ThreatExchange's files can have."""
    from signals.faults import ROW_CODES  # noqa: PLC0415 -- read here only

    assert set(FAULTY) == ROW_CODES - {"not_malicious"}


def test_the_page_counts_the_same(as_alice: Client) -> None:
    made = made_file()
    found = _sent(as_alice, made.content)
    assert counts_of(found.counts) == made.counts
    page = as_alice.get(f"/signals/uploads/{found.pk}/")
    assert f"Share {made.outcomes['new']} signals" in page.content.decode()
    for code in FAULTY:
        assert f"<code>{code}</code>" in page.content.decode()
    assert as_alice.post(f"/signals/uploads/{found.pk}/share/").status_code == 302
    work_on(found.pk)
    assert counts_of(Upload.objects.get(pk=found.pk).counts) == made.counts
    assert _in_force() == made.outcomes["new"]


def test_the_command_counts_the_same(alice: Member, tmp_path: Path) -> None:
    made = made_file()
    path = tmp_path / "signals.csv"
    path.write_bytes(made.content)
    code, told = _commanded(path, alice, "--check")
    assert (code, counts_of(told), _in_force()) == (0, made.counts, 0)
    code, told = _commanded(path, alice)
    assert list(told) == [
        "upload", "read", "new", "corroborated", "already_yours", "duplicate", "rejected", "errors", "seconds",
    ]  # fmt: skip
    assert (code, counts_of(told), _in_force()) == (0, made.counts, made.outcomes["new"])


def test_the_command_says_what_the_page_says_besides(
    alice: Member, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "signals.csv"
    rows = [["email", f"{name}@example.com", "grooming", "2999-01-01"] for name in ("a", "b")]
    path.write_bytes(as_file(["kind", "value", "harm_types", "expires_at"], *rows))
    said = []
    for options in (["--check"], [], []):
        assert _commanded(path, alice, *options)[0] == 0
        said.append(capsys.readouterr().err.splitlines())
    later = (
        "In 2 rows the expiry is later than the kind of signal allows; it is brought back to the latest one allowed."
    )
    assert said[0] == [later]
    for lines, same in ((said[1], "uploaded"), (said[2], "shared")):
        assert lines[0].startswith(f"The very same file was {same} on ")
        assert lines[1:] == [later]


@pytest.mark.parametrize("code", REFUSED)
def test_a_file_is_refused_whole_by_page_and_command(
    alice: Member, tmp_path: Path, settings: Settings, code: str
) -> None:
    settings.UPLOAD_MAX_BYTES, settings.UPLOAD_MAX_ROWS = 1000, 10
    path = tmp_path / "signals.csv"
    path.write_bytes(REFUSED[code])
    status, told = _commanded(path, alice)
    assert (status, told["refused"]) == (1, code)
    assert "so nothing of it was kept" in told["message"]
    browser = signed_in(alice.user)
    if code == "too_large":
        answer = browser.post("/signals/uploads/new/", {"file": SimpleUploadedFile("a.csv", REFUSED[code][:1500])})
        assert (answer.status_code, "The file is too large" in answer.content.decode()) == (422, True)
    else:
        found = _sent(browser, REFUSED[code])
        assert (found.state, found.refusal) == ("refused", code)
        page = browser.get(f"/signals/uploads/{found.pk}/").content.decode()
        # What only has names of its own for its columns is kept for a day, so that somebody may say which is which.
        may_be_mapped = code == "no_header"
        assert ("Columns of the file" if may_be_mapped else "This file cannot be read") in page
        assert UploadChunk.objects.filter(upload=found).exists() == may_be_mapped
    assert (Signal.objects.count(), StagedRow.objects.count()) == (0, 0)
    assert UploadChunk.objects.count() <= 1


def test_a_request_far_beyond_the_limit_is_not_read(as_alice: Client, settings: Settings) -> None:
    settings.UPLOAD_MAX_BYTES = 1000
    answer = as_alice.post("/signals/uploads/new/", {"file": SimpleUploadedFile("a.csv", b"x" * 10_000)})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"participant": "nobody"}, "is not a member of a participant nobody"),
        ({"by": "bob@harbor.example"}, "is not a member of a participant northwind"),
        ({"group": "secret"}, "may not share in a group secret"),
        ({"file": "/nowhere.csv"}, "cannot be read"),
    ],
)
def test_the_command_says_in_a_sentence_what_is_not_there(
    alice: Member, bob: Member, tmp_path: Path, options: dict[str, str], sentence: str
) -> None:
    path = tmp_path / "signals.csv"
    path.write_bytes(made_file(1).content)
    named = {"file": str(path), "participant": "northwind", "by": alice.user.email, "group": "all", **options}
    share(alice)
    with pytest.raises(CommandError, match=sentence):
        call_command("import_signals", named.pop("file"), **named)


def test_a_receive_only_member_cannot_import(alice: Member, charlie: Member, tmp_path: Path) -> None:
    share(alice)
    path = tmp_path / "signals.csv"
    path.write_bytes(made_file(1).content)
    with pytest.raises(CommandError, match="may not share"):
        _commanded(path, charlie)


def test_values_that_are_kept_longer_than_they_are_given_come_in_smaller_slices(
    alice: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "SLICE_CHARACTERS", 5_000)
    sizes: list[int] = []

    def measured(batch: Batch, rows: list[bytes]) -> None:
        sizes.append(len(rows))
        stage(batch, rows)

    monkeypatch.setattr(checking, "stage", measured)
    rows = [["username", f"{number}{'ﬃ' * 2000}", "ß" * 64, "grooming"] for number in range(7)]
    done = upload(alice, as_file(["kind", "value", "service", "harm_types"], *rows), share=True)
    assert (done.counts["new"], sizes) == (7, [3, 3, 1])
    assert set(Signal.objects.values_list("service", flat=True)) == {"ss" * 64}


def test_a_second_company_corroborates(alice: Member, bob: Member) -> None:
    made = made_file(20)
    upload(alice, made.content, share=True)
    counts = upload(bob, made.content, share=True).counts
    assert (counts["new"], counts["corroborated"], counts["duplicate"]) == (0, 20, made.outcomes["duplicate"])
    assert set(Signal.objects.values_list("contributor_count", flat=True)) == {2}
    assert _in_force() == 40


def test_the_same_file_twice_is_noticed_and_makes_nothing_double(alice: Member, as_alice: Client) -> None:
    made = made_file(20)
    upload(alice, made.content, share=True)
    again = _sent(as_alice, made.content)
    assert "The very same file was shared on" in as_alice.get(f"/signals/uploads/{again.pk}/").content.decode()
    confirm_upload(again, by=alice)
    work_on(again.pk)
    counts = Upload.objects.get(pk=again.pk).counts
    assert (counts["new"], counts["already_yours"], counts["duplicate"]) == (0, 20, made.outcomes["duplicate"])
    assert (Signal.objects.count(), _in_force(), Contribution.objects.count()) == (20, 20, 40)


def test_a_rejected_row_shadows_nothing(alice: Member) -> None:
    header = ["kind", "value", "harm_types"]
    rows = [
        ["email", "a@example.com", "rudeness"],
        ["email", "A@example.com", "grooming"],
        ["email", "a@EXAMPLE.com", "other"],
    ]
    counts = upload(alice, as_file(header, *rows)).counts
    assert (counts["rejected"], counts["new"], counts["duplicate"]) == (1, 1, 1)


def test_an_empty_table_is_checked_and_shares_nothing(alice: Member) -> None:
    done = upload(alice, as_file(COLUMNS), share=True)
    assert (done.state, done.counts["read"]) == ("done", 0)


def test_rows_to_fix_can_be_mended_and_uploaded_again(alice: Member, as_alice: Client) -> None:
    """Down, mended, and up again: nothing is lost on the way, formula characters included."""
    rows = [["phone", "+1 202 555 0199", "rudeness", "=1+1"], ["email", "=cmd@example.com", "rudeness", "'quoted"]]
    header = ["kind", "value", "harm_types", "note"]
    first = _sent(as_alice, as_file(header, *rows, ["email", "fine@example.com", "grooming", ""]))
    assert first.counts["errors"] == {"unknown_harm_type": 2}
    answer = as_alice.post(f"/signals/uploads/{first.pk}/errors.csv")
    text = answer.content.decode("utf-8-sig")
    assert text.splitlines()[0] == "kind,value,harm_types,note,_row,_column,_code,_problem,_how_to_fix"
    assert text.splitlines()[1].startswith("phone,'+1 202 555 0199,rudeness,'=1+1,2,harm_types,unknown_harm_type,")
    mended = _sent(as_alice, answer.content.replace(b"rudeness", b"grooming"))
    assert (mended.counts["new"], mended.counts["rejected"]) == (2, 0)
    confirm_upload(mended, by=alice)
    work_on(mended.pk)
    notes = {contribution.shown_note for contribution in Contribution.objects.all()}
    assert notes == {"=1+1", "'quoted"}
    assert AuditEvent.objects.filter(event="upload.errors_downloaded").count() == 1


def test_the_command_writes_the_same_rows_to_fix(alice: Member, as_alice: Client, tmp_path: Path) -> None:
    made = made_file(8)
    path, errors = tmp_path / "signals.csv", tmp_path / "errors.csv"
    path.write_bytes(made.content)
    _, told = _commanded(path, alice, "--check", f"--errors={errors}")
    page = as_alice.post(f"/signals/uploads/{told['upload']}/errors.csv")
    assert page.content.decode("utf-8-sig") == errors.read_bytes().decode()
    left_out = {"too_many_cells": told["errors"]["too_many_cells"]}  # the columns of the file have no place for it
    again = upload(alice, errors.read_bytes()).counts
    assert {**again["errors"], **left_out} == told["errors"]


def test_cancelling_forgets_the_file_and_its_rows(alice: Member, as_alice: Client) -> None:
    found = upload(alice, made_file(5).content)
    assert (StagedRow.objects.exists(), UploadChunk.objects.exists()) == (True, True)
    assert as_alice.post(f"/signals/uploads/{found.pk}/cancel/").status_code == 302
    assert (StagedRow.objects.exists(), UploadChunk.objects.exists()) == (False, False)
    assert as_alice.get(f"/signals/uploads/{found.pk}/").status_code == 200
    assert as_alice.post(f"/signals/uploads/{found.pk}/errors.csv").status_code == 404
    with pytest.raises(NotReady):
        confirm_upload(found, by=alice)
    work_on(found.pk)
    assert (Upload.objects.get(pk=found.pk).state, Signal.objects.count()) == ("cancelled", 0)


def test_confirming_twice_shares_once(alice: Member, as_alice: Client) -> None:
    found = upload(alice, made_file(5).content)
    confirm_upload(found, by=alice)
    with pytest.raises(NotReady):
        confirm_upload(found, by=alice)
    work_on(found.pk)
    page = as_alice.post(f"/signals/uploads/{found.pk}/share/", follow=True)
    assert "the upload has moved on" in page.content.decode()
    with pytest.raises(NotReady):
        cancel_upload(found, by=alice)
    assert (_in_force(), AuditEvent.objects.filter(event="upload.confirmed").count()) == (5, 1)


def test_progress_is_asked_for_until_the_work_is_over(alice: Member, as_alice: Client) -> None:
    found = upload(alice, made_file(5).content)
    assert as_alice.get(f"/signals/uploads/{found.pk}/progress/")["HX-Refresh"] == "true"
    Upload.objects.filter(pk=found.pk).update(state="checking", rows_checked=1)
    answer = as_alice.get(f"/signals/uploads/{found.pk}/progress/")
    assert "HX-Refresh" not in answer
    assert "Rows checked" in answer.content.decode()


def test_the_file_is_sealed_at_rest(alice: Member) -> None:
    found = upload(alice, made_file(5).content)
    content = b"".join(bytes(chunk.content) for chunk in UploadChunk.objects.filter(upload=found))
    staged = repr(list(StagedRow.objects.filter(batch=found.pk).values_list()))
    for plain in (b"Person0", b"example.com", b"case 0"):
        assert plain not in content
        assert plain.decode() not in staged
        assert plain.lower().decode() not in staged
