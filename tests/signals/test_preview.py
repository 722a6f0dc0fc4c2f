"""What the page of a checked upload tells before anything is shared, and what it never tells."""

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from participants.models import Member
from signals import checking
from signals.columns import NATIVE
from signals.models import Signal, Upload
from signals.uploads import confirm_upload, work_on
from tests.signals.files import as_file
from tests.world import add_closed_group, add_company, add_team_member, share, signed_in, upload

pytestmark = pytest.mark.django_db

HEADER = ["kind", "value", "harm_types", "tlp"]
VALUE = "mira.kellner@example.com"


def _page(browser: Client, found: object) -> str:
    return browser.get(f"/signals/uploads/{getattr(found, 'pk', '')}/").content.decode()


def test_new_means_new_to_the_reader(alice: Member, bob: Member, as_alice: Client) -> None:
    """A value of a group one is not in is new in the preview, for the counts and the first rows alike."""
    pia = add_team_member(add_company("pixelforge"), "pia")
    closed = add_closed_group("pair", bob.participant, pia.participant)
    hidden = share(bob, group=closed, value=VALUE)
    found = upload(alice, as_file(HEADER, ["email", VALUE, "grooming", ""]))
    assert (found.counts["new"], found.counts["corroborated"]) == (1, 0)
    page = _page(as_alice, found)
    assert "New: the first rows" in page
    assert "Corroborated: the first rows" not in page
    assert str(hidden.pk) not in page
    inside = upload(pia, as_file(HEADER, ["email", VALUE, "grooming", ""]), group=closed)
    assert inside.counts["corroborated"] == 1
    assert "Corroborated: the first rows" in _page(signed_in(pia.user), inside)
    confirm_upload(found, by=alice)
    work_on(found.pk)
    assert Signal.objects.filter(contributor_count=1).count() == 2


def test_the_first_rows_of_each_outcome_are_masked(alice: Member, bob: Member, as_alice: Client) -> None:
    share(bob, value="b.known@example.com")
    share(alice, value="own.known@example.com")
    rows = [["email", f"person.new{number}@example.com", "grooming", ""] for number in range(9)]
    rows += [
        [*rows[0]],
        ["email", "b.known@example.com", "grooming", ""],
        ["email", "own.known@example.com", "other", ""],
    ]
    found = upload(alice, as_file(HEADER, *rows))
    answer = as_alice.get(f"/signals/uploads/{found.pk}/")
    groups = {group["name"]: [row.number for row in group["rows"]] for group in answer.context["first_rows"]}
    assert groups == {"new": [2, 3, 4, 5, 6], "corroborated": [12], "already_yours": [13], "duplicate": [11]}
    for value in ("person.new", "b.known", "own.known"):
        assert value not in answer.content.decode()
    confirm_upload(found, by=alice)
    work_on(found.pk)
    assert "the first rows" not in _page(as_alice, found)


def test_the_effect_counts_readers_and_names_the_tlp(
    alice: Member, bob: Member, charlie: Member, as_alice: Client
) -> None:
    found = upload(alice, as_file(HEADER, ["email", "a@example.com", "grooming", ""]))
    assert "1 signal will become visible to 2 other companies under TLP:AMBER." in _page(as_alice, found)
    rows = [["email", "b@example.com", "grooming", "GREEN"], ["email", "c@example.com", "grooming", "RED"]]
    mixed = upload(alice, as_file(HEADER, *rows, ["email", "d@example.com", "grooming", "RED"]))
    assert "2 other companies (1 under TLP:GREEN, 2 under TLP:RED)." in _page(as_alice, mixed)
    closed = add_closed_group("pair", alice.participant, bob.participant)
    inside = upload(alice, as_file(HEADER, ["email", "a@example.com", "grooming", ""]), group=closed)
    assert "visible to 1 other company under TLP:AMBER." in _page(as_alice, inside)
    confirm_upload(found, by=alice)
    work_on(found.pk)
    assert "1 signal became visible to 2 other companies under TLP:AMBER." in _page(as_alice, found)
    again = _page(as_alice, upload(alice, as_file(HEADER, ["email", "a@example.com", "grooming", "RED"])))
    assert "1 signal known already will be confirmed." in again
    assert "will become visible" not in again


def test_a_file_of_which_nothing_can_be_shared_offers_no_sharing(alice: Member, as_alice: Client) -> None:
    page = _page(as_alice, upload(alice, as_file(HEADER, ["email", "not an address", "grooming", ""])))
    assert "No row of this file can be shared." in page
    assert "Share 0 signals" not in page
    assert "Cancel, share nothing" in page
    page = _page(as_alice, upload(alice, as_file(HEADER, ["email", "a@example.com", "grooming", ""])))
    assert "Share 1 signal<" in page


def test_of_how_many_rows_the_expiry_is_brought_back_is_said(
    alice: Member, as_alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = ["email", "a@example.com", "grooming"]
    header = [*HEADER[:3], "expires_at"]
    found = upload(alice, as_file(header, [*row, "2099-01-01"], ["email", "b@example.com", "grooming", ""]))
    told = "In {} the expiry is later than the kind of signal allows; it is brought back"
    assert told.format("1 row") in _page(as_alice, found)
    monkeypatch.setattr(checking, "SLICE_ROWS", 2)
    rows = [["email", f"c{number}@example.com", "grooming", "2099-01-01"] for number in range(5)]
    assert told.format("5 rows") in _page(as_alice, upload(alice, as_file(header, *rows)))
    soon = (timezone.now() + timedelta(days=30)).date().isoformat()
    assert "the expiry is later" not in _page(as_alice, upload(alice, as_file(header, [*row, soon])))


def test_a_file_whose_columns_are_to_be_mapped_stands_at_that_step(alice: Member, as_alice: Client) -> None:
    found = upload(alice, as_file(["kind", "value", "Schaden"], ["email", "a@example.com", "grooming"]))
    steps = as_alice.get(f"/signals/uploads/{found.pk}/").context["steps"]
    assert [step["state"] for step in steps] == ["done", "now", "later", "later", "later"]


def test_the_same_file_is_noticed_before_it_is_shared_too(alice: Member, as_alice: Client) -> None:
    content = as_file(HEADER, ["email", "a@example.com", "grooming", ""])
    first = upload(alice, content)
    assert "The very same file" not in _page(as_alice, first)
    second = _page(as_alice, upload(alice, content))
    assert "The very same file was uploaded on" in second
    assert "not shared yet: ready to share" in second


def test_a_shared_upload_offers_to_be_taken_back(alice: Member, as_alice: Client) -> None:
    found = upload(alice, as_file(HEADER, ["email", "a@example.com", "grooming", ""]))
    address = f"/signals/uploads/{found.pk}/withdraw/"
    assert address not in _page(as_alice, found)
    confirm_upload(found, by=alice)
    work_on(found.pk)
    assert address in _page(as_alice, found)
    as_alice.post(address, {"reason": "mistake"})
    assert address not in _page(as_alice, found)


def test_template_and_dictionary_are_files(as_alice: Client) -> None:
    template = as_alice.get("/signals/uploads/template.csv").content.decode("utf-8-sig")
    assert template == ",".join(NATIVE) + "\r\n"
    told = as_alice.get("/signals/uploads/columns.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(told)))
    assert [row["column"] for row in rows] == list(NATIVE)
    assert all(row["needed"] and row["holds"] for row in rows)


def test_a_page_without_a_script_loads_itself_again(alice: Member, as_alice: Client) -> None:

    found = upload(alice, as_file(HEADER, ["email", "a@example.com", "grooming", ""]))
    assert 'http-equiv="refresh"' not in _page(as_alice, found)
    Upload.objects.filter(pk=found.pk).update(state="checking")
    assert 'http-equiv="refresh"' in _page(as_alice, found)
