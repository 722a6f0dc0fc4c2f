"""Several identifiers of one incident by hand: rows, checks as one types, drafts, and what became of each."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from audit.models import AuditEvent
from audit.record import PORTAL
from lantern.lib.ids import new_id
from lantern.lib.tenancy import Scope, acting, acting_as_system
from participants.models import Member
from participants.services import default_group
from signals.drafts import forget_old, keep_draft
from signals.incident_form import MOST_IDENTIFIERS
from signals.models import Contribution, Draft, Signal
from signals.sharing import share_incident
from tests.world import add_closed_group, add_company, add_team_member, row, share, signed_in

pytestmark = pytest.mark.django_db

TYPED: dict[str, Any] = {
    "kind": ["email", "username", "url"],
    "service": ["", "northwind", ""],
    "value": ["Mira@Example.com", "@Mira", "hxxps://files[.]example/a"],
    "harm_types": ["grooming", "sextortion"],
    "severity": "high",
    "incident": "case 12",
    "note": "asks to move",
    "attested": "on",
}
PIECE = {"HX-Request": "true"}


def _rows(answer: Any) -> list[str]:
    return [row["value"].value() for row in answer.context["form"].rows]


def test_an_incident_is_shared_in_one_go(as_alice: Client, bob: Member) -> None:
    share(bob, value="mira@example.com")
    answer = as_alice.post("/signals/new/", TYPED, follow=True)
    told = [row["told"] for row in answer.context["rows"]]
    assert told[0].startswith("Another company had shared it already")
    assert told[1:] == ["New in the group."] * 2
    own = Contribution.objects.in_force().filter(participant__slug="northwind")
    assert {one.signal.plain_value for one in own} == {"mira@example.com", "mira", "https://files.example/a"}
    assert {(one.incident_id, one.severity, one.shown_note) for one in own} == {(own[0].incident_id, 3, "asks to move")}
    assert own[0].incident_id
    event = AuditEvent.objects.get(event="incident.shared")
    assert event.details["outcomes"] == {"corroborated": 1, "new": 2}
    assert "mira" not in str(event.details)
    assert "mira@example.com" not in answer.content.decode()


def test_the_same_value_twice_is_shared_once(as_alice: Client) -> None:
    typed = {**TYPED, "kind": ["email"] * 2, "service": [""] * 2, "value": ["a@example.com", "A@EXAMPLE.com"]}
    answer = as_alice.post("/signals/new/", typed, follow=True)
    assert [row["told"] for row in answer.context["rows"]] == [
        "New in the group.",
        "The same as one above; shared once.",
    ]
    assert Signal.objects.count() == 1


def test_what_became_of_it_is_shown_to_who_shared(as_alice: Client, as_bob: Client) -> None:
    as_alice.post("/signals/new/", TYPED)
    assert as_alice.get("/signals/shared/").status_code == 200
    assert as_bob.get("/signals/shared/").status_code == 302


def test_one_bad_identifier_holds_back_all_and_is_told_at_its_row(as_alice: Client) -> None:
    md5_of_nothing = "d41d8cd98f00b204e9800998ecf8427e"
    typed = {**TYPED, "kind": ["email", "md5"], "service": ["", ""], "value": ["a@example.com", md5_of_nothing]}
    answer = as_alice.post("/signals/new/", typed)
    first, second = answer.context["form"].rows
    assert (answer.status_code, Signal.objects.count(), first.errors) == (422, 0, {})
    assert "The value would catch people who did nothing" in second.errors["value"][0]
    assert "Value of identifier 2" in answer.content.decode()


def test_rows_with_nothing_in_them_are_let_go(as_alice: Client) -> None:
    typed = {**TYPED, "kind": ["", "email", ""], "service": ["", "", ""], "value": [" ", "a@example.com", ""]}
    assert as_alice.post("/signals/new/", typed).status_code == 302
    assert Signal.objects.count() == 1


def test_too_many_identifiers_are_refused(as_alice: Client) -> None:
    values = [f"a{number}@example.com" for number in range(MOST_IDENTIFIERS + 1)]
    typed = {**TYPED, "kind": ["email"] * len(values), "service": "", "value": values}
    answer = as_alice.post("/signals/new/", typed)
    assert (answer.status_code, Signal.objects.count()) == (422, 0)
    assert "at most 50 identifiers" in answer.content.decode()
    assert len(_rows(as_alice.post("/signals/new/add/", {**typed, "value": values[:-1]}, follow=True))) <= 51


def test_identifiers_are_added_and_removed_without_a_script(as_alice: Client) -> None:
    page = as_alice.post("/signals/new/add/", TYPED, follow=True)
    assert _rows(page) == [*TYPED["value"], ""]
    form = page.context["form"]
    assert (form["note"].value(), form["harm_types"].value()) == ("asks to move", ["grooming", "sextortion"])
    assert not form["attested"].value()
    assert _rows(as_alice.post("/signals/new/remove/", {**TYPED, "row": "2"}, follow=True)) == [
        TYPED["value"][0],
        TYPED["value"][2],
    ]
    for number in ("0", "4", "x", "²", "-1"):
        assert len(_rows(as_alice.post("/signals/new/remove/", {**TYPED, "row": number}, follow=True))) == 3
    assert Signal.objects.count() == 0


def test_the_form_says_what_will_be_shared(as_alice: Client, bob: Member) -> None:
    share(bob, value="mira@example.com")
    text = as_alice.post("/signals/new/check/", TYPED).content.decode()
    for said in ("<code>mira@example.com</code>", "<code>mira</code>", "<code>https://files.example/a</code>"):
        assert said in text
    assert "1 company shares this already" in text
    assert _rows(as_alice.post("/signals/new/check/", TYPED)) == TYPED["value"]
    assert Signal.objects.count() == 1


def test_an_identifier_is_checked_as_one_leaves_it(as_alice: Client, alice: Member) -> None:
    said = {
        ("email", "Mira@Example.com"): "<code>mira@example.com</code>",
        ("domain", "gmail.com"): "would catch people",
        ("email", "nobody"): "not of its kind",
        ("", "x"): "not a kind",
        ("username", "mira"): "Name the service",
        ("email", "a\x00b@example.com"): "control character",
    }
    for (kind, value), words in said.items():
        piece = as_alice.post("/signals/new/check/", {"kind": kind, "value": value}, headers=PIECE)
        assert words in piece.content.decode(), value
        assert "<html" not in piece.content.decode()
    assert Draft.objects.count() == 0
    share(alice, value="mira@example.com")
    piece = as_alice.post("/signals/new/check/", {"kind": "email", "value": "MIRA@example.com"}, headers=PIECE)
    assert "Your company shares this already" in piece.content.decode()
    assert AuditEvent.objects.get(event="signal.checked").details == {"kind": "email"}


def test_a_value_of_a_closed_group_is_unknown_to_others(as_alice: Client, alice: Member, bob: Member) -> None:
    closed = add_closed_group("pair", bob.participant)
    share(bob, group=closed, value="mira@example.com")
    typed = {"kind": "email", "value": "mira@example.com"}
    for group in ({}, {"group": closed.pk}, {"group": "x"}, {"group": "9" * 40}):
        piece = as_alice.post("/signals/new/check/", {**typed, **group}, headers=PIECE).content.decode()
        assert "already" not in piece
    inside = signed_in(bob.user).post("/signals/new/check/", {**typed, "group": closed.pk}, headers=PIECE)
    assert "Your company shares this already" in inside.content.decode()
    answer = as_alice.post("/signals/new/", {**TYPED, **typed, "service": ""}, follow=True)
    assert [row["told"] for row in answer.context["rows"]] == ["New in the group."]


def test_a_draft_is_kept_sealed_for_one_person_until_it_is_shared(
    as_alice: Client, as_bob: Client, amir: Member
) -> None:
    assert as_alice.post("/signals/new/draft/", TYPED, headers=PIECE).status_code == 204
    as_alice.post("/signals/new/draft/", {**TYPED, "note": "more"}, follow=True)
    assert AuditEvent.objects.filter(event="draft.kept").count() == 1
    sealed = Draft.objects.get().content
    assert sealed
    for plain in (b"Mira", b"mira", b"case 12", b"more"):
        assert plain not in bytes(sealed)
    page = as_alice.get("/signals/new/")
    assert (_rows(page), page.context["form"]["note"].value()) == (TYPED["value"], "more")
    assert "Your draft" in page.content.decode()
    for other in (as_bob, signed_in(amir.user)):
        assert _rows(other.get("/signals/new/")) == [None] or _rows(other.get("/signals/new/")) == [""]
    as_alice.post("/signals/new/", TYPED)
    assert Draft.objects.get().content is None
    assert "Your draft" not in as_alice.get("/signals/new/").content.decode()
    as_alice.post("/signals/new/draft/", TYPED)
    assert AuditEvent.objects.filter(event="draft.kept").count() == 2


@pytest.mark.parametrize("closing", ["/signals/new/", "/signals/new/draft/discard/"])
def test_what_a_script_still_had_on_its_way_does_not_bring_a_draft_back(as_alice: Client, closing: str) -> None:
    sitting = str(as_alice.get("/signals/new/").context["sitting"])
    typed = {**TYPED, "sitting": sitting}
    as_alice.post("/signals/new/draft/", typed, headers=PIECE)
    as_alice.post(closing, typed)
    assert as_alice.post("/signals/new/draft/", typed, headers=PIECE).status_code == 204
    page = as_alice.get("/signals/new/")
    assert "Your draft" not in page.content.decode()
    for later in ({**typed, "sitting": page.context["sitting"]}, {**typed, "sitting": "x\x00"}):
        as_alice.post("/signals/new/draft/", later, headers=PIECE)
        assert "Your draft" in as_alice.get("/signals/new/").content.decode()


def test_a_button_keeps_what_a_closed_form_holds(as_alice: Client) -> None:
    typed = {**TYPED, "sitting": str(new_id())}
    as_alice.post("/signals/new/", typed)
    as_alice.post("/signals/new/draft/", typed)
    assert _rows(as_alice.get("/signals/new/")) == TYPED["value"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("begun", [False, True])
def test_a_draft_that_is_kept_while_it_is_shared_is_gone(begun: bool) -> None:
    """The copy waits for the transaction that shares, and then finds its form closed."""
    with acting_as_system():
        alice = add_team_member(add_company("northwind"), "alice")
        group = default_group(by=PORTAL)
    typed, sitting = {"rows": [{"kind": "email", "service": "", "value": "a@example.com"}], "said": {}}, new_id()

    def keep() -> bool:
        try:
            with acting(Scope.MEMBER, participant_id=alice.participant_id, user_id=alice.user_id):
                return keep_draft(typed, by=alice, sitting=sitting)
        finally:
            connection.close()

    if begun:
        keep()
    with ThreadPoolExecutor(1) as pool:
        with acting(Scope.MEMBER, participant_id=alice.participant_id, user_id=alice.user_id):
            share_incident([row()], group=group, by=alice, sitting=sitting)
            late = pool.submit(keep)
            with pytest.raises(TimeoutError):
                late.result(timeout=0.3)
        assert late.result(timeout=30) is False
    with acting_as_system():
        assert Draft.objects.get().content is None


def test_a_refused_form_is_kept_as_a_draft(as_alice: Client) -> None:
    assert as_alice.post("/signals/new/", {**TYPED, "attested": ""}).status_code == 422
    assert _rows(as_alice.get("/signals/new/")) == TYPED["value"]


def test_an_empty_form_is_no_draft(as_alice: Client) -> None:
    as_alice.post("/signals/new/draft/", {"kind": "", "value": " ", "service": "", "severity": "medium"})
    assert Draft.objects.count() == 0


def test_a_draft_is_discarded(as_alice: Client) -> None:
    as_alice.post("/signals/new/draft/", TYPED)
    for _ in range(2):
        as_alice.post("/signals/new/draft/discard/")
    assert AuditEvent.objects.filter(event="draft.discarded").count() == 1
    assert "Your draft" not in as_alice.get("/signals/new/").content.decode()


def test_a_draft_is_forgotten_after_its_days(alice: Member, as_alice: Client, settings: Settings) -> None:
    settings.SIGNAL_DRAFT_DAYS = 3
    keep_draft({"rows": [{"kind": "email", "service": "", "value": "a@example.com"}], "said": {}}, by=alice)
    assert forget_old() == 0
    Draft.objects.update(saved_at=timezone.now() - timedelta(days=3, minutes=1))
    assert "Your draft" not in as_alice.get("/signals/new/").content.decode()
    assert (forget_old(), forget_old(), Draft.objects.count()) == (1, 0, 0)
