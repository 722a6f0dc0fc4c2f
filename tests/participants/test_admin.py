"""The coalition's desk."""

from html import unescape

import pytest
from django.test import Client

from accounts.models import User
from audit.models import AuditEvent
from participants.models import Member, Participant, ParticipantState, SharingGroup
from participants.policies import Action, can
from participants.services import add_group, change_group, change_participant, describe_participant, move_participant
from tests.world import add_company, signed_in

pytestmark = pytest.mark.django_db

LIST = "/admin/participants/participant/"
INLINE = {"members-TOTAL_FORMS": "0", "members-INITIAL_FORMS": "0"}
PAGES = (
    LIST,
    f"{LIST}add/",
    "/admin/participants/sharinggroup/",
    "/admin/participants/sharinggroup/add/",
    "/admin/accounts/user/",
    "/admin/audit/auditevent/",
    "/admin/participants/checkin/",
    "/admin/transparency/edition/",
    "/admin/transparency/draft/",
    "/admin/transparency/monthlyreport/",
)


def _events(target: str) -> list[tuple[str, int | None]]:
    return list(AuditEvent.objects.filter(target_type=target).order_by("id").values_list("event", "actor_id"))


@pytest.mark.parametrize("url", PAGES)
def test_pages_are_staff_s(as_sam: Client, as_alice: Client, ada: User, url: str) -> None:
    assert as_sam.get(url).status_code == 200
    assert as_alice.get(url).status_code == 404
    assert signed_in(ada).get(url).status_code == 404


def test_a_participant_is_added(as_sam: Client, sam: User) -> None:
    typed = {"slug": "fernlight", "name": "Fernlight", "sector": "video", "services": " Fernlight, fern ,"}
    answer = as_sam.post(f"{LIST}add/", {**typed, **INLINE})
    assert answer.status_code == 302
    added = Participant.objects.get(slug="fernlight")
    assert (added.state, added.services, added.auth_group.name) == (
        "applied",
        ["fernlight", "fern"],
        "participant:fernlight",
    )
    assert _events("participants.participant") == [("participant.added", sam.pk)]
    typed = {"name": "Fernlight Video", "sector": "video", "services": "fernlight, fern", **INLINE}
    assert as_sam.post(f"{LIST}{added.pk}/change/", typed).status_code == 302
    changed = AuditEvent.objects.filter(target_type="participants.participant").order_by("-id")[0]
    assert (changed.event, changed.details) == (
        "participant.changed",
        {"fields": ["name"], "industry": "", "receive_only": False},
    )


def test_a_participant_is_added_with_its_sector_of_the_report(as_sam: Client) -> None:
    typed = {"slug": "fernlight", "name": "Fernlight", "industry": "games"}
    assert as_sam.post(f"{LIST}add/", {**typed, **INLINE}).status_code == 302
    assert Participant.objects.get(slug="fernlight").industry == "games"


def test_a_state_is_changed_and_takes_effect(as_sam: Client, sam: User, alice: Member, as_alice: Client) -> None:
    company = alice.participant
    typed = {"to": "suspended", "reason": "a reason"}
    assert as_sam.post(f"{LIST}{company.pk}/move/", typed).status_code == 302
    assert Participant.objects.get(pk=company.pk).state == "suspended"
    assert as_alice.get("/signals/").status_code == 404
    assert _events("participants.participant")[-1] == ("participant.moved", sam.pk)
    assert as_sam.post(f"{LIST}{company.pk}/move/", {**typed, "to": "active"}).status_code == 302
    assert as_alice.get("/signals/").status_code == 200


def test_a_state_is_no_field_that_can_be_typed(as_sam: Client) -> None:
    company = add_company("fernlight", active=False)
    typed = {"name": "Fernlight", "sector": "", "services": "", "state": "active", **INLINE}
    assert as_sam.post(f"{LIST}{company.pk}/change/", typed).status_code == 302
    company.refresh_from_db()
    assert company.state == "applied"


def test_receive_only_takes_the_right_to_share_and_gives_it_back(as_sam: Client, alice: Member) -> None:
    company = alice.participant
    typed = {"name": company.name, "sector": "", "services": "", **INLINE}
    assert can(alice, Action.SHARE_SIGNALS)
    assert as_sam.post(f"{LIST}{company.pk}/change/", {**typed, "receive_only": "on"}).status_code == 302
    assert not can(alice, Action.SHARE_SIGNALS)
    assert can(alice, Action.VIEW_SIGNALS)
    assert as_sam.post(f"{LIST}{company.pk}/change/", typed).status_code == 302
    assert can(alice, Action.SHARE_SIGNALS)


def test_a_change_keeps_what_was_changed_about_a_participant_meanwhile(northwind: Participant, sam: User) -> None:
    read_before = Participant.objects.get(pk=northwind.pk)
    move_participant(northwind, to=ParticipantState.SUSPENDED, by=sam, reason="a reason")
    describe_participant(northwind, name="Northwind Mail", services=["post"], by=sam)
    read_before.sector = "mail"
    change_participant(read_before, fields=["sector"], by=sam)
    now = Participant.objects.get(pk=northwind.pk)
    assert (now.state, now.name, now.services, now.sector) == ("suspended", "Northwind Mail", ["post"], "mail")


def test_a_page_that_was_open_while_the_company_renamed_itself_keeps_the_new_name(
    as_sam: Client, northwind: Participant, sam: User
) -> None:
    page = f"{LIST}{northwind.pk}/change/"
    shown = as_sam.get(page).context["adminform"].form
    data = {
        f"{prefix}{name}": shown.get_initial_for_field(field, name)
        for prefix in ("", "initial-")
        for name, field in shown.fields.items()
    }
    assert 'name="initial-services"' in as_sam.get(page).content.decode()
    del data["receive_only"]
    describe_participant(northwind, name="Northwind Mail", services=["post"], by=sam)
    assert as_sam.post(page, {**data, "sector": "mail", **INLINE}).status_code == 302
    now = Participant.objects.get(pk=northwind.pk)
    assert (now.name, now.services, now.sector) == ("Northwind Mail", ["post"], "mail")
    assert AuditEvent.objects.filter(event="participant.changed").latest("id").details["fields"] == ["sector"]


def test_a_change_of_a_group_keeps_what_was_changed_about_it_meanwhile(sam: User) -> None:
    group = add_group("pair", name="Pair", by=sam)
    read_before = SharingGroup.objects.get(pk=group.pk)
    SharingGroup.objects.update(names_contributors=False)
    read_before.name = "Everybody"
    change_group(read_before, fields=["name"], by=sam)
    now = SharingGroup.objects.get(pk=group.pk)
    assert (now.name, now.names_contributors) == ("Everybody", False)


def test_the_slug_of_a_participant_stays(as_sam: Client, northwind: Participant) -> None:
    typed = {"slug": "other", "name": "Renamed", "sector": "", "services": "", **INLINE}
    assert as_sam.post(f"{LIST}{northwind.pk}/change/", typed).status_code == 302
    northwind.refresh_from_db()
    assert (northwind.slug, northwind.name) == ("northwind", "Renamed")


def test_an_export_narrowed_by_what_does_not_exist_is_of_all(as_sam: Client) -> None:
    for query in ("nothing=1", "active_since=%FF", "state__exact__exact=1", "state__exact=act%00ive"):
        answer = as_sam.get(f"{LIST}export/?{query}")
        assert (answer.status_code, answer["Location"]) == (302, f"{LIST}export/")


def test_lists_of_the_admin_take_no_nonsense(as_sam: Client, northwind: Participant) -> None:
    assert as_sam.get(f"{LIST}?state__exact=act%00ive")["Location"] == f"{LIST}?e=1"
    invitations = "/admin/participants/invitation/"
    answer = as_sam.post(invitations, {"action": "renew", "_selected_action": "no id", "index": "0"})
    assert (answer.status_code, answer["Location"]) == (302, invitations)
    assert as_sam.get(f"{LIST}add/?_to_field=%2B&_popup=1").status_code == 400
    assert as_sam.post(f"{LIST}{northwind.pk}/change/", {"_to_field": ""}).status_code == 200


def test_participants_can_be_exported(as_sam: Client, northwind: Participant, sam: User) -> None:
    assert as_sam.get(f"{LIST}export/").status_code == 200
    fields = {f"participantresource_{name}": "on" for name in ("slug", "name", "state")}
    answer = as_sam.post(f"{LIST}export/", {"format": "0", "resource": "0", **fields})
    assert answer.status_code == 200
    assert "northwind" in answer.content.decode()
    assert AuditEvent.objects.filter(event="participant.exported", actor_id=sam.pk).count() == 1


@pytest.mark.parametrize("file_format", ["csv", "tsv", "json", "html"])
def test_an_export_holds_no_formula_in_any_format(as_sam: Client, northwind: Participant, file_format: str) -> None:
    formula, folded = '=HYPERLINK("https://example.com")', "＝1+1"
    Participant.objects.filter(pk=northwind.pk).update(name=formula, sector=folded)
    choices = as_sam.get(f"{LIST}export/").context["form"].fields["format"].choices
    number = next(key for key, label in choices if label == file_format)
    fields = {f"participantresource_{name}": "on" for name in ("slug", "name", "sector", "receive_only")}
    answer = as_sam.post(f"{LIST}export/", {"format": number, "resource": "0", **fields})
    text = unescape(answer.content.decode())
    assert (text.count("=HYPERLINK"), text.count("'=HYPERLINK")) == (1, 1)
    assert (text.count("＝1+1"), text.count("'＝1+1")) == (1, 1)
    assert "northwind" in text


def test_nothing_is_deleted(as_sam: Client, northwind: Participant, sam: User) -> None:
    for url in (f"{LIST}{northwind.pk}/delete/", f"/admin/accounts/user/{sam.pk}/delete/"):
        assert as_sam.post(url, {"post": "yes"}).status_code == 404
    chosen = {"action": "delete_selected", "_selected_action": [str(northwind.pk)], "post": "yes"}
    as_sam.post(LIST, chosen)
    assert Participant.objects.filter(pk=northwind.pk).exists()


def test_people_and_events_are_read_only(as_sam: Client, alice: Member) -> None:
    page = as_sam.get(f"/admin/accounts/user/{alice.user_id}/change/").content.decode()
    assert "alice@northwind.example" in page
    for secret in ("password", "seed", alice.user.password):
        assert secret not in page.lower()
    assert as_sam.post(f"/admin/accounts/user/{alice.user_id}/change/", {"name": "x"}).status_code == 404
    event = AuditEvent.objects.order_by("-id")[0]
    assert as_sam.get(f"/admin/audit/auditevent/{event.pk}/change/").status_code == 200
    assert as_sam.post(f"/admin/audit/auditevent/{event.pk}/change/", {}).status_code == 404
    assert as_sam.get("/admin/accounts/user/add/").status_code == 404


def test_a_group_is_added_and_changed(as_sam: Client, sam: User) -> None:
    assert as_sam.post("/admin/participants/sharinggroup/add/", {"slug": "pair", "name": "Pair"}).status_code == 302
    group = SharingGroup.objects.get(slug="pair")
    assert group.names_contributors
    assert as_sam.post(f"/admin/participants/sharinggroup/{group.pk}/change/", {"name": "Two"}).status_code == 302
    group.refresh_from_db()
    assert (group.name, group.names_contributors) == ("Two", False)
    assert _events("participants.sharinggroup") == [("sharing_group.added", sam.pk), ("sharing_group.changed", sam.pk)]


def test_staff_see_no_signal(as_sam: Client) -> None:
    assert "Signal" not in as_sam.get("/admin/").content.decode()
