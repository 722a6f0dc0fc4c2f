"""Columns with names of their own: said once which is which, kept for the participant's next file."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from audit.models import AuditEvent
from participants.models import Member
from signals import mapping
from signals.kinds.base import HIDDEN
from signals.mapping import NotReady, forget_unmapped, map_columns
from signals.models import ColumnName, Contribution, StagedRow, Upload, UploadChunk
from signals.uploads import confirm_upload, work_on
from tests.signals.files import as_file
from tests.world import signed_in, upload

pytestmark = pytest.mark.django_db

OWN = ["Sort", "What", "harm_types", "Why", "colour"]
ROWS = [["email", "a@example.com", "grooming", "asked", "red"], ["email", "nobody", "grooming", "", "blue"]]
FILE = as_file(OWN, *ROWS)
CHOSEN = {"column_0": "kind", "column_1": "value", "column_3": "note", "column_4": ""}


def _again(found: Upload) -> Upload:
    work_on(found.pk)
    return Upload.objects.get(pk=found.pk)


def test_a_file_with_other_names_is_mapped_by_hand_and_checked(alice: Member, as_alice: Client) -> None:
    found = upload(alice, FILE)
    assert (found.state, found.refusal) == ("refused", "missing_column")
    page = as_alice.get(f"/signals/uploads/{found.pk}/").content.decode()
    assert "Columns of the file" in page
    assert all(name in page for name in ("Sort", "What", "Why", "colour"))
    answer = as_alice.post(f"/signals/uploads/{found.pk}/columns/", CHOSEN)
    assert answer.status_code == 302
    found = _again(found)
    assert (found.state, found.refusal) == ("ready", "")
    assert (found.counts["new"], found.counts["rejected"]) == (1, 1)
    told = as_alice.get(f"/signals/uploads/{found.pk}/").content.decode()
    assert escape("“Sort” as kind, “What” as value, “Why” as note.") in told
    assert "These columns are left out: colour." in told
    confirm_upload(found, by=alice)
    assert _again(found).state == "done"
    assert Contribution.objects.in_force().get().shown_note == "asked"
    errors = as_alice.post(f"/signals/uploads/{found.pk}/errors.csv").content.decode("utf-8-sig")
    assert errors.splitlines()[0] == "Sort,What,harm_types,Why,colour,_row,_column,_code,_problem,_how_to_fix"
    assert AuditEvent.objects.get(event="upload.mapped").details == {"fields": ["kind", "note", "value"]}


def test_what_is_wrong_below_a_header_that_can_be_mapped_is_told_once_it_is(alice: Member) -> None:
    found = upload(alice, b'Sort,What,Why\nemail,"a@example.com,grooming\nemail,"b",grooming\n')
    assert (found.state, found.refusal) == ("refused", "no_header")
    map_columns(found, ["Sort", "What", "Why"], {0: "kind", 1: "value", 2: "harm_types"}, by=alice)
    assert _again(found).refusal == "unclosed_quote"


VALUES = ["mira.moor@example.com", "https://example.org/room/7", "+4915112345678", "9e107d9d372bb6826bd81d3542a419d6"]


def test_values_where_the_names_of_columns_belong_are_masked(alice: Member, as_alice: Client) -> None:
    first = [*VALUES, "grooming", "e-mail address"]
    found = upload(alice, as_file(first, ["noor@example.com", "email", "", "", "grooming", ""]))
    url = f"/signals/uploads/{found.pk}/"
    chosen = {"column_0": "value", "column_1": "kind", "column_4": "harm_types"}
    pages = [as_alice.get(url), as_alice.post(f"{url}columns/", {**chosen, "column_2": "value"})]
    assert as_alice.post(f"{url}columns/", chosen).status_code == 302
    assert _again(found).state == "ready"
    pages.append(as_alice.get(url))
    for page in (answer.content.decode() for answer in pages):
        assert not [value for value in VALUES if value in page]
        assert all(shown in page for shown in (HIDDEN, "grooming", "e-mail address", "seems to have no header"))


def test_the_column_of_an_example_is_masked_likewise(alice: Member, as_alice: Client) -> None:
    found = upload(alice, as_file([VALUES[0], "kind", "harm_types"], ["nobody", "email", "grooming"]))
    map_columns(found, [VALUES[0], "kind", "harm_types"], {0: "value"}, by=alice)
    assert _again(found).counts["rejected"] == 1
    page = as_alice.get(f"/signals/uploads/{found.pk}/").content.decode()
    assert "For example row 2, column" in page
    assert VALUES[0] not in page


def test_what_is_kept_of_a_fault_names_no_value_either(alice: Member) -> None:
    header = [VALUES[0], "kind", "harm_types"]
    found = upload(alice, as_file(header, ["nobody", "email", "grooming"]))
    map_columns(found, header, {0: "value"}, by=alice)
    work_on(found.pk)
    kept = StagedRow.objects.get(batch=found.pk).faults
    assert kept
    assert HIDDEN in str(kept)
    assert "mira" not in str(kept)


def test_the_next_file_of_the_company_is_read_the_same_way(alice: Member, amir: Member, bob: Member) -> None:
    found = upload(alice, FILE)
    map_columns(found, OWN, {0: "kind", 1: "value", 3: "note"}, by=alice)
    other = as_file(["WHAT", " sort ", "harm_types"], ["b@example.com", "email", "grooming"])
    read = upload(amir, other)
    assert (read.state, read.counts["new"]) == ("ready", 1)
    page = signed_in(amir.user).get(f"/signals/uploads/{read.pk}/").content.decode()
    assert escape("As your company chose") in page
    assert upload(bob, other).state == "refused"
    native = upload(alice, as_file(["kind", "value", "harm_types", "what"], ["email", "c@example.com", "grooming", ""]))
    assert native.counts["new"] == 1


def test_what_is_left_out_stays_so_in_the_next_file_whatever_stands_in_it(alice: Member) -> None:
    """Also where all other columns bear known names: a column of theirs may hold what only a note may."""
    header, row = ["kind", "value", "harm_types", "remark"], ["email", "a@example.com", "grooming", "two\nlines"]
    found = upload(alice, as_file(header, row))
    assert found.counts["rejected"] == 1
    map_columns(found, header, {3: ""}, by=alice)
    assert _again(found).counts["new"] == 1
    again = upload(alice, as_file(header, [*row[:1], "b@example.com", *row[2:]]))
    assert (again.counts["new"], again.counts["rejected"]) == (1, 0)


def test_names_are_sealed(alice: Member) -> None:
    map_columns(upload(alice, FILE), OWN, {0: "kind", 1: "value"}, by=alice)
    row = ColumnName.objects.get(field="value")
    assert row.name == "what"
    assert b"what" not in bytes(row.sealed_name)
    assert b"what" not in bytes(Upload.objects.get().sealed_mapping or b"")
    with pytest.raises(IntegrityError), transaction.atomic():
        ColumnName.objects.filter(pk=row.pk).update(field="colour")


def test_a_name_that_is_left_out_later_names_nothing_any_more(alice: Member) -> None:
    found = upload(alice, FILE)
    map_columns(found, OWN, {0: "kind", 1: "value", 3: "note"}, by=alice)
    found = _again(found)
    map_columns(found, OWN, {0: "kind", 1: "value"}, by=alice)
    assert sorted(ColumnName.objects.values_list("field", flat=True)) == ["", "", "kind", "value"]
    found = _again(found)
    assert (found.state, found.check_number, StagedRow.objects.count()) == ("ready", 2, 2)


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"column_0": "kind"}, "No column is read as value"),
        ({**CHOSEN, "column_4": "value"}, "Two columns are read as value"),
        ({**CHOSEN, "column_4": "harm_types"}, "Two columns are read as harm_types"),
        ({**CHOSEN, "column_4": "pigeon"}, "Select a valid choice"),
    ],
)
def test_a_mapping_that_cannot_be_is_explained(
    alice: Member, as_alice: Client, chosen: dict[str, str], said: str
) -> None:
    found = upload(alice, FILE)
    answer = as_alice.post(f"/signals/uploads/{found.pk}/columns/", chosen)
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert (Upload.objects.get().state, ColumnName.objects.count()) == ("refused", 0)


def test_only_a_file_that_waits_is_mapped_and_once(alice: Member, as_bob: Client) -> None:
    found = upload(alice, FILE)
    assert as_bob.post(f"/signals/uploads/{found.pk}/columns/", CHOSEN).status_code == 404
    map_columns(found, OWN, {0: "kind", 1: "value"}, by=alice)
    with pytest.raises(NotReady):
        map_columns(found, OWN, {0: "kind", 1: "value"}, by=alice)
    done = upload(alice, as_file(["kind", "value", "harm_types"], ["email", "z@example.com", "grooming"]), share=True)
    with pytest.raises(NotReady):
        map_columns(done, ["kind", "value", "harm_types"], {}, by=alice)


def test_a_worker_of_the_earlier_check_stops(alice: Member) -> None:
    """It read the file with other columns: nothing of what it staged is kept."""
    from signals import checking  # noqa: PLC0415 -- its inner step is what is raced here
    from signals.jobs import Superseded, take_job  # noqa: PLC0415

    found = upload(alice, as_file(["kind", "value", "harm_types", "more"], ["email", "z@example.com", "grooming", "x"]))
    Upload.objects.filter(pk=found.pk).update(state="checking", rows_checked=0, last_number=0)
    StagedRow.objects.all().delete()
    late = Upload.objects.get(pk=found.pk)
    Upload.objects.filter(pk=found.pk).update(check_number=1)
    with pytest.raises(Superseded):
        checking._check_rows(take_job(found.pk), late)
    assert StagedRow.objects.count() == 0


def test_a_file_nobody_mapped_is_forgotten(alice: Member, as_alice: Client) -> None:
    found = upload(alice, FILE)
    assert forget_unmapped() == 0
    Upload.objects.update(finished_at=timezone.now() - mapping.KEPT - timedelta(minutes=1))
    assert (forget_unmapped(), forget_unmapped(), UploadChunk.objects.count()) == (1, 0, 0)
    assert "This file cannot be read" in as_alice.get(f"/signals/uploads/{found.pk}/").content.decode()
    with pytest.raises(NotReady):
        map_columns(found, OWN, {0: "kind", 1: "value"}, by=alice)


def test_a_file_of_threatexchange_needs_no_mapping(alice: Member, as_alice: Client) -> None:
    header = ["td_indicator_type", "td_raw_indicator", "td_share_level", "harm_types", "colour"]
    upload(alice, as_file(header, ["EMAIL_ADDRESS", "a@example.com", "AMBER", "grooming", "red"]))
    assert mapping.mappable(header, {}) == []
    assert mapping.choices_for(header, {"colour": "note"}) == {}


def test_what_is_not_read_of_a_file_of_threatexchange_is_said(alice: Member, as_alice: Client) -> None:
    header = ["td_description", "td_raw_indicator", "td_indicator_type", "td_visibility", "td_share_level", "td_status"]
    found = upload(alice, as_file([*header, "td_privacy_groups", "Colour"], ["", "a" * 32, "HASH_MD5", "", "RED"]))
    assert "These columns are left out: Colour." in as_alice.get(f"/signals/uploads/{found.pk}/").content.decode()


def test_of_very_many_columns_that_are_not_read_the_first_are_named(alice: Member, as_alice: Client) -> None:
    more = [f"column {number}" for number in range(100)]
    found = upload(alice, as_file(["kind", "value", "harm_types", *more], ["keyword", "a", "other"]))
    page = as_alice.get(f"/signals/uploads/{found.pk}/").content.decode()
    assert "column 58, column 59 and 40 more." in page
