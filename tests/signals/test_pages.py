"""The pages about signals: who sees what, what is typed wrongly, and what nobody should type."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from audit.models import AuditEvent
from lantern.lib import paging
from participants.models import Member, Participant, SharingGroup
from signals.incident_form import IncidentForm
from signals.models import Contribution, Signal
from tests.world import add_closed_group, share, signed_in

pytestmark = pytest.mark.django_db

TYPED: dict[str, Any] = {"kind": "email", "value": "mira@example.com", "harm_types": ["grooming"], "attested": "on"}
HOSTILE = [
    "\x00", "%00", "../../etc/passwd", "<script>alert(1)</script>", "{{ 7|add:7 }}", "' OR 1=1 --", "\ufffe",
    "🦊" * 5000, "x" * 100_000, "\u202egnp.exe", "-1", "99999999999999999999", "NaN", "",
]  # fmt: skip


def test_a_signal_is_shared_by_hand(as_alice: Client) -> None:
    answer = as_alice.post("/signals/new/", TYPED, follow=True)
    assert "New in the group." in answer.content.decode()
    again = as_alice.post("/signals/new/", {**TYPED, "note": "a\r\nb", "severity": "critical"}, follow=True)
    assert "You had shared this signal already" in again.content.decode()
    assert Contribution.objects.in_force().get().shown_note == "a\nb"


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("kind", ""),
        ("kind", "pigeon"),
        ("value", ""),
        ("value", "nobody at nowhere"),
        ("value", "a\x00b"),
        ("value", "x" * 5000),
        ("harm_types", []),
        ("harm_types", ["rudeness"]),
        ("severity", "dire"),
        ("confidence", "101"),
        ("observed_at", "2099-01-01T00:00"),
        ("observed_at", "yesterday"),
        ("incident", "i" * 65),
        ("policy", "p" * 201),
        ("note", "n" * 1001),
        ("note", "bell \x07"),
        ("tlp", "CLEAR"),
        ("attested", ""),
    ],
)
def test_what_is_wrong_is_said_at_its_field(as_alice: Client, field: str, typed: Any) -> None:
    answer = as_alice.post("/signals/new/", {**TYPED, field: typed})
    assert answer.status_code == 422
    form: IncidentForm = answer.context["form"]
    errors = {**form.errors, **form.rows[0].errors}
    assert list(errors) == [field]
    assert len(errors[field]) == 1
    assert Signal.objects.count() == 0


def test_a_username_needs_its_service(as_alice: Client) -> None:
    answer = as_alice.post("/signals/new/", {**TYPED, "kind": "username", "value": "mira"})
    assert list(answer.context["form"].rows[0].errors) == ["service"]


def test_the_group_is_asked_for_where_there_is_a_choice(alice: Member, as_alice: Client, harbor: Participant) -> None:
    closed = add_closed_group("pair", alice.participant)
    foreign = add_closed_group("others", harbor)
    for wrong in ("", "x", "\x00", str(foreign.pk), "9" * 30):
        answer = as_alice.post("/signals/new/", {**TYPED, "group": wrong})
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["group"])
    assert as_alice.post("/signals/new/", {**TYPED, "group": closed.pk}).status_code == 302
    assert Signal.objects.get().sharing_group == closed


def test_a_receive_only_member_sees_and_does_not_share(alice: Member, charlie: Member) -> None:
    signal = share(alice)
    browser = signed_in(charlie.user)
    assert browser.get(f"/signals/{signal.pk}/").status_code == 200
    assert "Share a signal" not in browser.get("/signals/").content.decode()
    for address in ("signals:new", "signals:upload_new", "signals:upload_template"):
        assert browser.get(reverse(address)).status_code == 404
    assert browser.post("/signals/new/", TYPED).status_code == 404
    assert Contribution.objects.filter(participant=charlie.participant).count() == 0


def test_a_closed_group_is_invisible_to_others(alice: Member, bob: Member, as_alice: Client, as_bob: Client) -> None:
    signal = share(bob, group=add_closed_group("pair", bob.participant))
    assert as_bob.get(f"/signals/{signal.pk}/").status_code == 200
    assert as_alice.get(f"/signals/{signal.pk}/").status_code == 404
    assert as_alice.post(f"/signals/{signal.pk}/reveal/").status_code == 404
    assert str(signal.pk) not in as_alice.get("/signals/").content.decode()
    assert "0 signals" in as_alice.get("/signals/").content.decode()
    assert not AuditEvent.objects.filter(event="signal.revealed").exists()


def test_a_value_is_masked_until_it_is_asked_for(alice: Member, as_bob: Client) -> None:
    signal = share(alice, value="mira.kellner@example.com")
    page = f"/signals/{signal.pk}/"
    for url in (page, "/signals/", "/"):
        assert "kellner" not in as_bob.get(url).content.decode()
    assert not AuditEvent.objects.filter(event="signal.revealed").exists()
    for headers in ({}, {"HX-Request": "true"}):
        assert "mira.kellner@example.com" in as_bob.post(f"{page}reveal/", headers=headers).content.decode()
    events = AuditEvent.objects.filter(event="signal.revealed", target_id=str(signal.pk))
    assert [event.details for event in events] == [{"kind": "email", "why": "signal page"}] * 2
    assert "kellner" not in as_bob.get(page).content.decode()


def test_a_revealed_link_cannot_be_followed(alice: Member, as_bob: Client) -> None:
    signal = share(alice, kind="url", value="https://files.example/f/1")
    content = as_bob.post(f"/signals/{signal.pk}/reveal/").content.decode()
    assert "hxxps://files[.]example/f/1" in content
    assert "https://files.example" not in content


def test_the_case_reference_is_told_to_its_own_company_only(alice: Member, as_alice: Client, as_bob: Client) -> None:
    page = f"/signals/{share(alice, incident='case 77').pk}/"
    assert "case 77" in as_alice.get(page).content.decode()
    assert "case 77" not in as_bob.get(page).content.decode()


def test_a_group_that_does_not_name_contributors(alice: Member, as_alice: Client, as_bob: Client) -> None:
    page = f"/signals/{share(alice).pk}/"
    assert "Northwind" in as_bob.get(page).content.decode()
    SharingGroup.objects.update(names_contributors=False)
    told = as_bob.get(page).content.decode()
    assert "A participant" in told
    assert "Northwind" not in told
    assert "Northwind" in as_alice.get(page).content.decode()


def test_markup_in_a_note_is_text(alice: Member, as_bob: Client) -> None:
    page = f"/signals/{share(alice, note='<script>alert(1)</script>', policy='<b>p</b>').pk}/"
    content = as_bob.get(page).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in content
    assert "<script>alert" not in content
    assert "<b>p</b>" not in content


def test_pages_follow_each_other_without_gaps(alice: Member, as_bob: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging.first_page, "__defaults__", (3,))
    for number in range(7):
        share(alice, value=f"person{number}@example.com", severity="high" if number % 2 else "low")
    seen = []
    url: str | None = "/signals/?kind=email"
    while url:
        answer = as_bob.get(url)
        seen += [signal.pk for signal in answer.context["signals"]]
        url = answer.context["next_url"]
    assert seen == sorted(Signal.objects.values_list("pk", flat=True), reverse=True)
    high = as_bob.get("/signals/?severity=3")
    assert (len(high.context["signals"]), high.context["count_label"]) == (3, "3 signals")


def test_filters_narrow(alice: Member, as_bob: Client) -> None:
    share(alice, value="a@example.com", harm_types="grooming", severity="high")
    share(alice, kind="domain", value="files.example", harm_types="trafficking;grooming", severity="low")
    asked = {
        "": 2, "kind=email": 1, "kind=md5": 0, "harm=grooming": 2, "harm=trafficking": 1, "severity=1": 1,
        "kind=domain&severity=3": 0, "kind=pigeon": 2, "severity=x": 2, "harm=%00": 2, "after=rubbish": 2,
    }  # fmt: skip
    for query, number in asked.items():
        assert len(as_bob.get(f"/signals/?{query}").context["signals"]) == number, query


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_typed_breaks_a_page(alice: Member, as_alice: Client, text: str) -> None:
    share(alice)
    asked = dict.fromkeys(("after", "kind", "harm", "severity", "unknown"), text)
    for url in ("/signals/", "/signals/uploads/", "/reviews/"):
        assert as_alice.get(url, asked).status_code == 200
    rest = ("kind", "service", "harm_types", "severity", "confidence", "observed_at", "policy", "note", "tlp")
    for typed in (dict.fromkeys(rest, text), {"value": text}, {"kind": "keyword", "value": text, "note": text}):
        assert as_alice.post("/signals/new/", {**TYPED, **typed}).status_code in (302, 422)
    assert as_alice.post("/accounts/login/", {"login": text, "password": text}).status_code in (200, 302)
    assert as_alice.get(f"/signals/{text.replace('/', '')[:200]}/").status_code in (200, 404)


@pytest.mark.parametrize("raw", [b"%ed%a0%80", b"%ff%fe", b"%00"])
def test_broken_text_on_the_wire_breaks_nothing(as_alice: Client, raw: bytes) -> None:
    body = b"kind=keyword&harm_types=grooming&attested=on&value=" + raw
    answer = as_alice.post("/signals/new/", body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in (302, 422)
    for url in ("/signals/", "/reviews/"):
        assert as_alice.get(f"{url}?kind={raw.decode()}&after={raw.decode()}").status_code == 200


def test_too_much_in_a_form_is_refused(as_alice: Client) -> None:
    assert as_alice.post("/signals/new/", {**TYPED, "note": "x" * 3_000_000}).status_code == 413
    assert as_alice.post("/signals/new/", {f"f{number}": "" for number in range(300)}).status_code == 400


@pytest.mark.parametrize("name", ["../../x.csv", "a\x00b.csv", "<script>.csv", "n" * 300 + ".csv", "größe.csv", ".csv"])
def test_a_strange_file_name_breaks_nothing(as_alice: Client, name: str) -> None:
    file = SimpleUploadedFile("a.csv", b"kind,value,harm_types\n")
    file._name = name  # type: ignore[attr-defined]  # past Django's own cleaning, as a browser could
    answer = as_alice.post("/signals/uploads/new/", {"file": file}, follow=True)
    assert answer.status_code in (200, 400, 422)
    assert "<script>.csv" not in answer.content.decode()
