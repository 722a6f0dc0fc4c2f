"""The pages that find, correct, take back, handle and export: what they show, refuse, and to whom."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import AuditEvent
from participants.models import Member, Participant, SharingGroup
from signals.disputing import mark_disputed
from signals.exporting import COLUMNS
from signals.filters import SignalFilter
from signals.models import Contribution, Erasure, Export, Handling, LegalHold, SavedFilter, Signal
from signals.tightening import WouldLoosen, tighten
from signals.withdrawing import withdraw
from tests.signals.files import as_file
from tests.world import add_closed_group, share, signed_in, upload

pytestmark = pytest.mark.django_db


def _own(signal: Signal) -> Contribution:
    return signal.contributions.in_force().get()


def _listed(by: Member, **words: str) -> set[str]:
    form = SignalFilter(words, member=by)
    return {signal.plain_value if signal.value else "(ended)" for signal in form.narrow(Signal.objects.visible_to(by))}


def test_each_filter_narrows_to_its_own(alice: Member, bob: Member) -> None:
    share(alice, value="a@example.com", severity="critical", incident="case 1")
    share(alice, kind="username", value="b", service="harbor", harm_types="trafficking")
    disputed = share(bob, value="c@example.com")
    share(bob, value="a@example.com")
    gone = share(bob, value="d@example.com")
    withdraw(_own(gone), reason="mistake", by=bob)
    mark_disputed([disputed.pk], is_disputed=True)
    Signal.objects.filter(pk=disputed.pk).update(last_shared_at="2020-01-01T00:00:00Z")
    case = str(Contribution.objects.get(incident__isnull=False).incident_id)
    assert _listed(alice) == {"a@example.com", "b", "c@example.com"}
    for words, found in (
        ({"kind": "username"}, {"b"}),
        ({"harm": "trafficking"}, {"b"}),
        ({"severity": "4"}, {"a@example.com"}),
        ({"contributor": str(bob.participant_id)}, {"a@example.com", "c@example.com"}),
        ({"contributor": str(alice.participant_id), "kind": "email"}, {"a@example.com"}),
        ({"incident": case}, {"a@example.com"}),
        ({"age": "7"}, {"a@example.com", "b"}),
        ({"age": "older"}, {"c@example.com"}),
        ({"state": "disputed"}, {"c@example.com"}),
        ({"state": "ended"}, {"(ended)"}),
        ({"state": "ended", "contributor": str(alice.participant_id)}, set()),
        ({"kind": "pigeon", "age": "x", "incident": "x", "contributor": "x", "state": "x"}, _listed(alice)),
    ):
        assert _listed(alice, **words) == found, words
    # Another company's case is no filter of one's own.
    assert "incident" not in SignalFilter({}, member=bob).fields


def test_a_contributor_that_is_not_named_is_no_filter(alice: Member, bob: Member) -> None:
    SharingGroup.objects.update(names_contributors=False)
    share(alice)
    assert list(dict(SignalFilter({}, member=bob).fields["contributor"].choices)) == ["", str(bob.participant_id)]  # type: ignore[attr-defined]
    named = add_closed_group("pair", alice.participant, bob.participant)
    SharingGroup.objects.filter(pk=named.pk).update(names_contributors=True)
    share(alice, value="named@example.com", group=named)
    assert _listed(bob, contributor=str(alice.participant_id)) == {"named@example.com"}


def test_a_closed_group_is_in_no_list_or_count(alice: Member, bob: Member, as_alice: Client) -> None:
    gone = share(bob, group=add_closed_group("pair", bob.participant), value="a@example.com")
    for state in ("", "ended", "disputed"):
        content = as_alice.get(f"/signals/?state={state}").content.decode()
        assert "0 signals" in content
        assert str(gone.pk) not in content
        withdraw(_own(gone), reason="mistake", by=bob) if not state else None
    assert as_alice.get(f"/signals/{gone.pk}/").status_code == 404


def test_filters_are_saved_for_oneself(alice: Member, amir: Member, as_alice: Client) -> None:
    said = {"name": "Grave", "severity": "4", "kind": "email", "after": "x", "value": "mira@example.com"}
    led = as_alice.post("/signals/filters/save/", said)
    saved = SavedFilter.objects.get()
    assert (saved.query, led["Location"]) == ({"severity": "4", "kind": "email"}, f"/signals/?{saved.address}")
    assert f"/signals/?{saved.address}".replace("&", "&amp;") in as_alice.get("/signals/").content.decode()
    assert "Grave" not in signed_in(amir.user).get("/signals/").content.decode()
    assert signed_in(amir.user).post(f"/signals/filters/{saved.pk}/remove/").status_code == 404
    as_alice.post("/signals/filters/save/", {"name": "Grave", "severity": "1"})
    assert SavedFilter.objects.get().query == {"severity": "1"}
    for wrong in ({"name": "Empty"}, {"name": "", "kind": "email"}, {"name": "x" * 61, "kind": "email"}):
        as_alice.post("/signals/filters/save/", wrong)
    assert as_alice.post(f"/signals/filters/{saved.pk}/remove/").status_code == 302
    assert not SavedFilter.objects.exists()


def test_a_value_is_found_by_post_and_never_in_an_address(alice: Member, as_bob: Client) -> None:
    signal = share(alice, kind="username", value="mira", service="harbor")
    led = as_bob.post("/signals/lookup/", {"values": "Mira"})
    assert "mira" not in led["Location"].lower()
    content = as_bob.get(led["Location"]).content.decode()
    assert f"/signals/{signal.pk}/" in content
    assert "User name, payment handle, account id or keyword" in content
    assert ">mira<" not in content


def test_a_list_is_looked_up_from_a_file(alice: Member, as_bob: Client) -> None:
    share(alice)
    for content in ("mira@example.com\n", "\ufeffmira@example.com\n"):
        file = SimpleUploadedFile("list.txt", content.encode())
        led = as_bob.post("/signals/lookup/", {"file": file})
        assert "(1)" in as_bob.get(led["Location"]).content.decode()
    csv = as_bob.post(f"{led['Location']}known.csv")
    assert csv.content.decode().splitlines()[1].startswith("mira@example.com,E-mail address,exact,email")


@pytest.mark.parametrize("content", [b"", b"   \n", b"\xff\xfe\x00", b"\xe9", b"a\x00b"])
def test_a_file_that_is_no_text_is_refused_with_a_sentence(as_bob: Client, content: bytes) -> None:
    answer = as_bob.post("/signals/lookup/", {"file": SimpleUploadedFile("list.txt", content)})
    assert answer.status_code == 422
    assert answer.context["form"].errors


def test_an_answer_is_its_asker_s_alone(alice: Member, amir: Member, as_alice: Client) -> None:
    page = as_alice.post("/signals/lookup/", {"values": "mira@example.com"})["Location"]
    browser = signed_in(amir.user)
    assert browser.get(page).status_code == 404
    assert browser.post(f"{page}unknown.csv").status_code == 404


def test_what_ended_is_told_and_its_value_is_gone(alice: Member, as_alice: Client, as_bob: Client) -> None:
    signal = share(alice, value="mira.kellner@example.com")
    looked = as_bob.post("/signals/lookup/", {"values": "mira.kellner@example.com"})["Location"]
    page = reverse("signals:withdraw", args=[_own(signal).pk])
    assert "Take back 1 signal" in as_alice.get(page).content.decode()
    assert as_alice.post(page, {"reason": "other"}).status_code == 422
    assert as_alice.post(page, {"reason": "appeal"}).status_code == 302
    content = as_bob.get(f"/signals/{signal.pk}/").content.decode()
    assert "This signal has ended" in content
    assert "Taken back by Northwind. An appeal was upheld." in content
    assert as_bob.post(f"/signals/{signal.pk}/reveal/").status_code == 404
    assert str(signal.pk) not in as_bob.get("/signals/").content.decode()
    assert str(signal.pk) not in as_bob.get(looked).content.decode()
    assert str(signal.pk) in as_bob.get("/signals/?state=ended").content.decode()
    assert as_alice.get(page).status_code == 404


def test_an_upload_is_taken_back_by_page(alice: Member, as_alice: Client, as_bob: Client) -> None:
    rows = [["email", f"row{number}@example.com", "grooming"] for number in range(3)]
    found = upload(alice, as_file(["kind", "value", "harm_types"], *rows), share=True)
    page = f"/signals/uploads/{found.pk}/withdraw/"
    assert "Take back 3 signals" in as_alice.get(page).content.decode()
    assert as_bob.post(page, {"reason": "mistake"}).status_code == 404
    assert as_alice.post(page, {"reason": "mistake"})["Location"] == f"/signals/uploads/{found.pk}/"
    assert not Signal.objects.filter(contributor_count__gt=0).exists()
    assert "Nothing to take back" in as_alice.get(page).content.decode()


def test_one_s_own_word_is_put_right_by_page(alice: Member, as_alice: Client, as_bob: Client) -> None:
    signal = share(alice, note="first", severity="low")
    page = reverse("signals:correct", args=[_own(signal).pk])
    shown = as_alice.get(page)
    assert shown.context["form"]["note"].value() == "first"
    typed = {"harm_types": ["grooming"], "severity": "critical", "note": "second", "tlp": "AMBER", "attested": "on"}
    assert as_bob.post(page, typed).status_code == 404
    assert as_alice.post(page, {**typed, "note": "n" * 1001}).status_code == 422
    assert as_alice.post(page, {**typed, "value": "other@example.com"}).status_code == 302
    there = Signal.objects.get()
    assert (there.plain_value, there.severity, _own(there).shown_note) == ("mira@example.com", 4, "second")
    content = as_bob.get(f"/signals/{signal.pk}/").content.decode()
    assert "Changed by Northwind" in content
    assert "first" not in content.partition("History")[0].split("second")[1]


def test_a_word_is_put_right_where_the_value_is_kept_longer_than_it_was_given(alice: Member, as_alice: Client) -> None:
    signal = share(alice, kind="username", value="ﬃ" * 1000, service="ß" * 64)
    page = reverse("signals:correct", args=[_own(signal).pk])
    typed = {"harm_types": ["grooming"], "severity": "critical", "tlp": "AMBER", "attested": "on"}
    assert as_alice.post(page, typed).status_code == 302
    assert Signal.objects.get().severity == 4


def test_handling_is_tightened_never_loosened(
    alice: Member, bob: Member, charlie: Member, as_bob: Client, as_alice: Client
) -> None:
    signal = share(alice, tlp="AMBER")
    page = f"/signals/{signal.pk}/"
    for wrong in ("1", "0", "9", "x", ""):
        as_bob.post(f"{page}handling/", {"tlp": wrong})
    with pytest.raises(WouldLoosen):
        tighten(signal, tlp=1, by=bob)
    assert not Handling.objects.exists()
    as_bob.post(f"{page}handling/", {"tlp": "4"})
    assert "TLP:RED</span>" in as_bob.get(page).content.decode()
    assert "TLP:RED</span>" in as_bob.get("/signals/").content.decode()
    assert "TLP:RED</span>" not in as_alice.get(page).content.decode()
    assert "TLP:RED</span>" not in as_alice.get("/signals/").content.decode()
    tighten(signal, tlp=3, by=bob)
    share(alice, tlp="RED")
    assert Signal.objects.with_handling(bob).get().handling_row.name == "RED"


def _ask(browser: Client, query: str = "", **said: str) -> Any:
    return browser.post(f"/signals/exports/new/{query}", {"reason": "matching", **said})


def test_an_export_holds_values_and_tlp_without_formulas(alice: Member, bob: Member, as_bob: Client) -> None:
    share(alice, kind="phone", value="+12025550143", tlp="GREEN")
    share(alice, value="mira@example.com")
    share(alice, value="red@example.com", tlp="RED")
    tighten(share(alice, value="ours@example.com"), tlp=4, by=bob)
    share(alice, group=add_closed_group("pair", alice.participant), value="closed@example.com")
    assert "2 signals" in as_bob.get("/signals/exports/new/").content.decode()
    assert _ask(as_bob, reason="other").status_code == 422
    assert _ask(as_bob).status_code == 302
    export = Export.objects.get()
    answer = as_bob.post(f"/signals/exports/{export.pk}/signals.csv")
    lines = answer.content.decode().removeprefix("\ufeff").splitlines()
    assert lines[0].split(",") == list(COLUMNS)
    cells = [line.split(",") for line in lines[1:]]
    assert [(row[1], row[7]) for row in cells] == [("mira@example.com", "TLP:AMBER"), ("'+12025550143", "TLP:GREEN")]
    event = AuditEvent.objects.latest("id")
    assert (event.event, event.details) == ("signal.exported", {"rows": 2, "reason": "matching"})


def test_an_export_follows_the_filter_and_loses_what_ended(alice: Member, as_bob: Client) -> None:
    kept, gone = (share(alice, value=f"{name}@example.com", severity="high") for name in ("kept", "gone"))
    share(alice, value="low@example.com", severity="low")
    _ask(as_bob, "?severity=3")
    export = Export.objects.get()
    assert export.size == 2
    withdraw(_own(gone), reason="mistake", by=alice)
    content = as_bob.post(f"/signals/exports/{export.pk}/signals.csv").content.decode()
    assert ("kept@" in content, "gone@" in content, "low@" in content) == (True, False, False)
    assert _ask(as_bob, "?severity=4").status_code == 422
    assert str(kept.pk) in content


def test_a_long_export_waits_for_a_lead_who_is_somebody_else(
    bob: Member, alice: Member, lena: Member, as_alice: Client, settings: Any
) -> None:
    settings.EXPORT_APPROVAL_ROWS = 1
    for number in range(2):
        share(bob, value=f"a{number}@example.com")
    as_lena = signed_in(lena.user)
    for browser in (as_alice, as_lena):
        assert _ask(browser).status_code == 302
    by_alice, by_lena = Export.objects.order_by("pk")
    download = f"/signals/exports/{by_alice.pk}/signals.csv"
    assert as_alice.post(download).status_code == 302
    assert as_alice.post(f"/signals/exports/{by_alice.pk}/approve/").status_code == 404
    as_lena.post(f"/signals/exports/{by_lena.pk}/approve/")
    assert {export.state for export in Export.objects.all()} == {"waiting"}
    as_lena.post(f"/signals/exports/{by_alice.pk}/approve/")
    as_lena.post(f"/signals/exports/{by_alice.pk}/refuse/")
    by_alice.refresh_from_db()
    assert (by_alice.state, by_alice.decided_by) == ("approved", lena)
    assert as_lena.post(download).status_code == 302
    assert as_alice.post(download).status_code == 200
    assert signed_in(bob.user).post(download).status_code == 404
    settings.EXPORT_MAX_ROWS = 1
    assert _ask(as_alice).status_code == 422


def test_an_export_never_grows(alice: Member, as_bob: Client) -> None:
    share(alice, value="a@example.com")
    _ask(as_bob)
    export = Export.objects.get()
    later = share(alice, value="b@example.com")
    Signal.objects.filter(pk=later.pk).update(first_shared_at="2099-01-01T00:00:00Z")
    assert "b@example.com" not in as_bob.post(f"/signals/exports/{export.pk}/signals.csv").content.decode()
    Signal.objects.filter(pk=later.pk).update(first_shared_at="2020-01-01T00:00:00Z")
    assert as_bob.post(f"/signals/exports/{export.pk}/signals.csv").status_code == 302


def test_staff_place_and_lift_holds_without_seeing_a_value(alice: Member, as_sam: Client) -> None:
    signal = share(alice)
    add = "/admin/signals/legalhold/add/"
    for wrong in ({}, {"on_signal": signal.pk, "on_incident": signal.pk}, {"on_signal": alice.participant_id}):
        assert as_sam.post(add, {"reason": "order 1", **wrong}).status_code == 200
    assert as_sam.post(add, {"reason": "order 1", "on_incident": signal.pk}).status_code == 200
    assert as_sam.post(add, {"reason": "order 1", "on_signal": signal.pk}).status_code == 302
    hold = LegalHold.objects.get()
    page = f"/admin/signals/legalhold/{hold.pk}/change/"
    assert "mira" not in as_sam.get(page).content.decode()
    assert as_sam.post(page, {"lifted_because": ""}).status_code == 200
    assert as_sam.post(page, {"lifted_because": "order 2"}).status_code == 302
    hold.refresh_from_db()
    assert hold.lifted_at is not None
    as_sam.get("/admin/")  # it tells what was said so far
    again = as_sam.post(page, {"lifted_because": "order 3"}, follow=True)
    assert [str(message) for message in again.context["messages"]] == ["It was lifted before."]
    assert as_sam.get("/admin/signals/legalhold/").status_code == 200
    fields = {f"legalholdresource_{name}": "on" for name in ("signal", "reason")}
    answer = as_sam.post("/admin/signals/legalhold/export/", {"format": "0", "resource": "0", **fields})
    assert f"{signal.pk},order 1" in answer.content.decode()
    assert AuditEvent.objects.filter(event="legal_hold.exported").count() == 1


def test_staff_erase_on_request_and_keep_the_proof(alice: Member, as_sam: Client, sam: User) -> None:
    signal = share(alice)
    add = "/admin/signals/erasure/add/"
    for wrong in ({"kind": "email", "value": "nobody"}, {"kind": "email", "value": "noor@example.com"}):
        assert as_sam.post(add, {"case": "request 7", **wrong}).status_code == 200
    said = {"case": "request 7", "kind": "email", "value": "Mira@example.com"}
    assert as_sam.post(add, said).status_code == 302
    proof = Erasure.objects.get()
    assert (proof.signals, proof.erased_by, Signal.objects.get(pk=signal.pk).value) == (1, sam, None)
    page = as_sam.get(f"/admin/signals/erasure/{proof.pk}/change/").content.decode()
    assert proof.digest in page
    assert "mira" not in page.lower()


def test_a_signal_s_page_says_what_is_related_and_why(alice: Member, as_bob: Client, harbor: Participant) -> None:
    first = share(alice, value="a@example.com", incident="case 1")
    other = share(alice, value="b@example.com", incident="case 1")
    content = as_bob.get(f"/signals/{first.pk}/").content.decode()
    assert str(other.pk) in content
    assert "same incident" in content
    withdraw(_own(other), reason="mistake", by=alice)
    assert str(other.pk) not in as_bob.get(f"/signals/{first.pk}/").content.decode()
