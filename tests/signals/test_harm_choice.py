"""Rows of a ThreatExchange file that name no harm type: told, chosen for that file, and read as was chosen."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from audit.models import AuditEvent
from participants.models import Member
from signals import checking
from signals.approving import ask_approval, decline
from signals.harm_choice import choose_harm_types, count_untagged
from signals.limits import DEFAULT_LIMITS
from signals.mapping import NotReady
from signals.models import Contribution, StagedRow, Upload
from signals.staging import stage
from signals.uploads import cancel_upload, confirm_upload, work_on
from tests.signals.files import as_file
from tests.world import add_team_member, signed_in, upload

pytestmark = pytest.mark.django_db

HEADER = [
    "td_description", "td_raw_indicator", "td_indicator_type", "td_visibility", "td_share_level", "td_status",
    "td_subjective_tags",
]  # fmt: skip
HEADING = "Harm types for rows without a tag that names one"


def _row(kind: str, value: str, tags: str = "", *more: str) -> list[str]:
    return ["", value, kind, "", "AMBER", "MALICIOUS", tags, *more]


ROWS = [
    _row("HASH_MD5", "a1" * 16, "weekly"),
    _row("HASH_SHA1", "b2" * 20),
    _row("HASH_MD5", "c3" * 16, "grooming"),
    _row("URI", "https://talk.example/room/7"),
    _row("TEXT_STRING", "blue lantern", "weekly; sextortion"),
    _row("EMAIL_ADDRESS", "mira@example.com", " ; weekly"),
]
FILE = as_file(HEADER, *ROWS)
NO_TAG, READ_AS = "no tag names a harm type", "where all else is well they are read as"
NATIVE = as_file(["kind", "value", "harm_types"], ["email", "a@example.com", "grooming"])


def _url(found: Upload, rest: str = "") -> str:
    return f"/signals/uploads/{found.pk}/{rest}"


def _page(browser: Client, found: Upload) -> str:
    return browser.get(_url(found)).content.decode()


def _again(found: Upload) -> Upload:
    work_on(found.pk)
    return Upload.objects.get(pk=found.pk)


def _harms(found: Upload) -> dict[int, list[str] | None]:
    return dict(StagedRow.objects.filter(batch=found.pk).values_list("number", "harm_types"))


USUAL = {2: ["csam_distribution"], 3: ["csam_distribution"], 4: ["grooming"], 5: None, 6: ["sextortion"], 7: None}


def test_without_a_choice_hashes_have_the_usual_one_and_the_rest_is_rejected(alice: Member, as_alice: Client) -> None:
    found = upload(alice, FILE)
    assert _harms(found) == USUAL
    assert (found.counts["new"], found.counts["errors"]) == (4, {"missing_harm_type": 2})
    assert (found.untagged, found.harm_types) == ({"email": 1, "url": 1, "md5": 1, "sha1": 1}, None)
    page = _page(as_alice, found)
    assert HEADING in page
    assert f"In 2 rows (MD5, SHA-1) {NO_TAG}; {READ_AS} Distribution of abuse material." in page
    assert f"In 2 rows (E-mail address, URL) {NO_TAG}; they are rejected." in page
    ticked = as_alice.get(_url(found)).context["harm_form"]
    assert {name: field.initial for name, field in ticked.fields.items()} == {
        "hashes": ["csam_distribution"],
        "others": [],
    }


def test_what_is_chosen_is_said_of_exactly_these_rows(alice: Member, as_alice: Client) -> None:
    found = upload(alice, FILE)
    chosen = {"hashes": ["ai_generated"], "others": ["trafficking", "grooming"]}
    answer = as_alice.post(_url(found, "harm-types/"), chosen)
    assert (answer.status_code, answer["Location"]) == (302, _url(found))
    assert Upload.objects.get().state == "checking"
    found = _again(found)
    both = ["grooming", "trafficking"]
    assert _harms(found) == {
        2: ["ai_generated"],
        3: ["ai_generated"],
        4: ["grooming"],
        5: both,
        6: ["sextortion"],
        7: both,
    }
    assert (found.state, found.counts["new"], found.counts["errors"]) == ("ready", 6, {})
    page = _page(as_alice, found)
    assert f"In 2 rows (E-mail address, URL) {NO_TAG}; {READ_AS} Grooming, Trafficking." in page
    assert as_alice.get(_url(found)).context["harm_form"].fields["hashes"].initial == ["ai_generated"]
    confirm_upload(found, by=alice)
    assert _again(found).state == "done"
    said = Contribution.objects.in_force().filter(signal__kind="url").get()
    assert said.harm_types == both


def test_it_leaves_one_event_and_is_sealed(alice: Member) -> None:
    found = upload(alice, FILE)
    choose_harm_types(found, {"others": ["trafficking", "grooming"]}, by=alice)
    event = AuditEvent.objects.get(event="upload.harm_types_chosen")
    assert (event.target_id, event.actor_id) == (str(found.pk), alice.user_id)
    assert event.details == {"hashes": [], "others": ["grooming", "trafficking"]}
    assert b"grooming" not in bytes(Upload.objects.get().sealed_harm_types or b"")


def test_rows_for_which_nothing_is_chosen_are_rejected_and_can_be_mended(alice: Member, as_alice: Client) -> None:
    found = upload(alice, FILE)
    assert as_alice.post(_url(found, "harm-types/"), {"others": "other"}).status_code == 302
    found = _again(found)
    assert _harms(found) == {2: None, 3: None, 4: ["grooming"], 5: ["other"], 6: ["sextortion"], 7: ["other"]}
    assert found.counts["errors"] == {"missing_harm_type": 2}
    errors = as_alice.post(_url(found, "errors.csv")).content.decode("utf-8-sig").splitlines()
    assert errors[0] == ",".join([*HEADER, "_row,_column,_code,_problem,_how_to_fix"])
    assert [line.split(",")[1] for line in errors[1:]] == ["a1" * 16, "b2" * 20]
    assert "they are rejected" in _page(as_alice, found)


def test_it_counts_for_that_file_only_however_often_it_comes(alice: Member, bob: Member) -> None:
    """The same file twice is read the same way, so that nothing of it is new (design 8.2)."""
    found = upload(alice, FILE)
    choose_harm_types(found, {"hashes": ["other"], "others": ["other"]}, by=alice)
    work_on(found.pk)
    chosen = _harms(Upload.objects.get(pk=found.pk))
    assert chosen != USUAL
    assert _harms(upload(alice, FILE)) == chosen
    assert _harms(upload(alice, FILE + b"\n")) == USUAL
    assert _harms(upload(bob, FILE)) == USUAL


def test_a_check_that_died_goes_on_with_what_was_chosen(alice: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "SLICE_ROWS", 2)
    found = upload(alice, FILE)
    choose_harm_types(found, {"hashes": ["other"], "others": ["grooming"]}, by=alice)
    slices = iter([True])

    def dying(*args: Any) -> Any:
        if not next(slices, False):
            raise KeyboardInterrupt
        return stage(*args)

    with monkeypatch.context() as patched:
        patched.setattr(checking, "stage", dying)
        with pytest.raises(KeyboardInterrupt):
            work_on(found.pk)
    assert Upload.objects.get().rows_checked == 2
    found = _again(found)
    assert _harms(found) == {
        2: ["other"],
        3: ["other"],
        4: ["grooming"],
        5: ["grooming"],
        6: ["sextortion"],
        7: ["grooming"],
    }
    assert found.untagged == {"email": 1, "url": 1, "md5": 1, "sha1": 1}


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"hashes": ["pigeon"]}, "That is no harm type known here."),
        ({"hashes": ["grooming", "a\x00"]}, "That is no harm type known here."),
        ({"others": ["csam_distribution;grooming"]}, "That is no harm type known here."),
        ({"pigeon": ["grooming"]}, "That is about rows which this file does not have."),
        ({"md5": ["grooming"]}, "That is about rows which this file does not have."),
        ({"others": ["grooming"], "columns": ["value"]}, "That is about rows which this file does not have."),
    ],
)
def test_junk_is_refused_with_a_sentence(
    alice: Member, as_alice: Client, sent: dict[str, list[str]], said: str
) -> None:
    found = upload(alice, FILE)
    answer = as_alice.post(_url(found, "harm-types/"), sent)
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert "pigeon" not in answer.content.decode()
    found = Upload.objects.get()
    assert (found.state, found.check_number, found.harm_types) == ("ready", 0, None)


def test_a_group_of_which_the_file_has_no_row_is_neither_asked_for_nor_taken(alice: Member, as_alice: Client) -> None:
    found = upload(alice, as_file(HEADER, _row("DOMAIN", "files.example.net")))
    page = as_alice.get(_url(found))
    assert list(page.context["harm_form"].fields) == ["others"]
    assert "1 row (Domain) has no such tag. With nothing ticked here it is rejected." in page.content.decode()
    assert as_alice.post(_url(found, "harm-types/"), {"hashes": "grooming"}).status_code == 422


@pytest.mark.parametrize("content", [NATIVE, as_file(HEADER, ROWS[2], ROWS[4])], ids=["native", "all named"])
def test_other_files_are_not_asked_about(alice: Member, as_alice: Client, content: bytes) -> None:
    found = upload(alice, content)
    assert HEADING not in _page(as_alice, found)
    assert "no tag names a harm type" not in _page(as_alice, found)
    answer = as_alice.post(_url(found, "harm-types/"), {"hashes": "grooming"}, follow=True)
    assert "That cannot be done any more" in answer.content.decode()
    with pytest.raises(NotReady):
        choose_harm_types(found, {"hashes": ["grooming"]}, by=alice)
    assert Upload.objects.get().check_number == 0


def test_only_an_upload_that_waits_for_its_sender_is_read_anew(
    alice: Member, amir: Member, as_alice: Client, settings: Settings
) -> None:
    settings.UPLOAD_APPROVAL_ROWS = 2
    found = upload(alice, FILE)
    ask_approval(found, by=alice)
    late = Upload.objects.get()
    assert HEADING not in _page(as_alice, late)
    assert "they are read as Distribution of abuse material." in _page(signed_in(amir.user), late)
    with pytest.raises(NotReady):
        choose_harm_types(found, {}, by=alice)
    decline(late, "not these", by=amir)
    again = Upload.objects.get()
    choose_harm_types(again, {}, by=alice)
    with pytest.raises(NotReady):
        choose_harm_types(again, {}, by=alice)
    found = _again(found)
    assert (found.state, found.decided_by, found.declined_words) == ("ready", None, None)
    cancel_upload(found, by=alice)
    with pytest.raises(NotReady):
        choose_harm_types(found, {}, by=alice)
    assert "That cannot be done any more" in as_alice.post(_url(found, "harm-types/"), follow=True).content.decode()


def test_it_is_for_those_who_may_upload_at_the_same_company(alice: Member, as_alice: Client, as_bob: Client) -> None:
    found = upload(alice, FILE)
    uma = add_team_member(alice.participant, "uma", trained=False)
    for browser in (as_bob, signed_in(uma.user)):
        assert browser.post(_url(found, "harm-types/"), {"hashes": "other"}).status_code == 404
    assert as_alice.get(_url(found, "harm-types/")).status_code == 405
    assert Upload.objects.get().check_number == 0


def test_rows_that_are_not_judged_are_not_counted() -> None:
    rows = [*ROWS, _row("IP_ADDRESS", "192.0.2.7"), _row("HASH_MD5", "d4" * 16, "", "surplus"), [], ROWS[0][:5]]
    told = {"email": 1, "url": 1, "md5": 2, "sha1": 1}
    assert count_untagged([as_file(HEADER, *rows)], DEFAULT_LIMITS) == told
    without = as_file(HEADER[:6], *[row[:6] for row in ROWS])
    assert sum(count_untagged([without], DEFAULT_LIMITS).values()) == 6


def test_the_command_takes_the_usual_ones(alice: Member, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "td.csv"
    path.write_bytes(FILE)
    call_command("import_signals", str(path), participant=alice.participant.slug, by=alice.user.email)
    assert '"errors": {"missing_harm_type": 2}' in capsys.readouterr().out
    assert Contribution.objects.filter(signal__kind="md5", harm_types=["csam_distribution"]).count() == 1
