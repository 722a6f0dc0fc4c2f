"""Invitations: one link, one account, one week."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Letter, User
from accounts.services import add_person
from audit.models import AuditEvent
from audit.record import PORTAL
from lantern.lib.tenancy import acting_as_system
from participants import invitations
from participants.models import Invitation, Member, Participant, ParticipantState, Role
from participants.services import add_member
from participants.sign_on import set_sign_on
from participants.training import due_modules
from tests.world import PASSWORD, add_team_member, new_browser, signed_in

pytestmark = pytest.mark.django_db

JOIN = "/participant/join/"
LIST = "/participant/invitations/"
TYPED = {"name": "Noor", "password": PASSWORD, "again": PASSWORD}
ADDRESS = "noor@northwind.example"


@pytest.fixture
def invitation(adam: Member) -> Invitation:
    """Noor is asked to be an analyst at Northwind."""
    return invitations.invite(adam.participant, address=ADDRESS, role=Role.ANALYST, by=adam)


def _link() -> str:
    """The path in the latest letter."""
    with acting_as_system():
        letter = Letter.objects.filter(name="invitation").latest("created_at")
        found = re.search(r"/participant/invitation/[^/]+/", letter.opened().text)
    assert found
    return found[0]


def _opened(link: str | None = None) -> Client:
    browser = new_browser()
    answer = browser.get(link or _link())
    assert (answer.status_code, answer["Location"]) == (302, JOIN)
    return browser


def test_the_letter_says_who_invites_and_holds_the_only_copy_of_the_link(invitation: Invitation) -> None:
    letter = Letter.objects.get(name="invitation")
    said = letter.opened()
    assert (said.subject, letter.opened_address()) == ("Northwind invites you to Lantern", ADDRESS)
    assert "analyst" in said.text
    assert "second factor" in said.html
    token = _link().split("/")[-2]
    assert len(token) >= 43
    assert invitations.hash_of(token) == invitation.token_hash
    assert token not in str(vars(invitation))
    assert not [
        event for event in AuditEvent.objects.all() if token in str(event.details) or ADDRESS in str(event.details)
    ]


def test_from_the_link_to_a_member(invitation: Invitation) -> None:
    browser = _opened()
    page = browser.get(JOIN).content.decode()
    assert ADDRESS in page
    assert "Northwind" in page
    answer = browser.post(JOIN, TYPED)
    assert (answer.status_code, answer["Location"].startswith("/accounts/")) == (302, True)
    member = Member.objects.get(user__email=ADDRESS)
    assert (member.participant.slug, member.role, member.name, not due_modules(member)) == (
        "northwind",
        "analyst",
        "Noor",
        False,
    )
    assert member.user.check_password(PASSWORD)
    invitation.refresh_from_db()
    assert (invitation.member, invitation.state_label) == (member, "accepted")
    assert "Set up your authenticator" in browser.get(answer["Location"], follow=True).content.decode()
    # The password alone opens nothing: the second factor comes first.
    assert browser.get("/participant/").status_code == 302
    assert list(AuditEvent.objects.order_by("-id").values_list("event", flat=True)[:3])[::-1] == [
        "person.added",
        "member.added",
        "invitation.accepted",
    ]


def test_where_a_company_signs_its_people_on_there_is_no_password(invitation: Invitation) -> None:
    company = invitation.participant
    set_sign_on(
        company, issuer="https://id.northwind.example", client_id="x", secret="y", by=PORTAL, passwords_forbidden=True
    )
    browser = _opened()
    assert 'type="password"' not in browser.get(JOIN).content.decode()
    answer = browser.post(JOIN, TYPED, follow=True)
    assert "sign in through your company" in answer.content.decode()
    member = Member.objects.get(user__email=ADDRESS)
    assert not member.user.has_usable_password()
    assert "_auth_user_id" not in browser.session
    assert browser.get("/accounts/enroll/")["Location"].startswith("/accounts/login/")


Spoil = Callable[[Invitation], object]
SPOILT: dict[str, tuple[Spoil, str]] = {
    "expired": (
        lambda it: Invitation.objects.filter(pk=it.pk).update(expires_at=timezone.now() - timedelta(seconds=1)),
        "has run out",
    ),
    "withdrawn": (lambda it: invitations.withdraw_invitation(it, by=PORTAL), "was withdrawn"),
    "used": (lambda it: invitations.accept(it.token_hash, name="N", password=PASSWORD), "accepted already"),
    "renewed": (lambda it: invitations.renew_invitation(it, by=PORTAL), "not known"),
    "suspended": (
        lambda it: Participant.objects.filter(pk=it.participant_id).update(state=ParticipantState.SUSPENDED),
        "cannot be accepted",
    ),
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_link_that_does_not_work_says_why(invitation: Invitation, how: str) -> None:
    """Opened before it was spoilt, and after; looked at, and used."""
    link = _link()
    before = _opened(link)
    spoil, words = SPOILT[how]
    spoil(invitation)
    people = User.objects.count()
    for browser in (before, _opened(link)):
        for answer in (browser.get(JOIN), browser.post(JOIN, TYPED)):
            assert answer.status_code == 410
            assert words in answer.content.decode()
    assert User.objects.count() == people


@pytest.mark.parametrize("token", ["x", "0" * 43, "%00", "a" * 3000, "%F0%9F%90%A6", "..%2f"])
def test_a_link_nobody_made_is_not_known(invitation: Invitation, token: str) -> None:
    browser = new_browser()
    answer = browser.get(f"/participant/invitation/{token}/", follow=True)
    assert answer.status_code in (404, 410)
    assert answer.status_code == 404 or "not known" in answer.content.decode()


def test_the_page_without_a_link_is_a_clear_sentence() -> None:
    answer = new_browser().get(JOIN)
    assert answer.status_code == 410
    assert "not known" in answer.content.decode()


def test_an_address_that_has_an_account_since_is_refused(invitation: Invitation, harbor: Participant) -> None:
    add_member(harbor, add_person(ADDRESS, name="N", password=None, by=PORTAL), role=Role.ANALYST, by=PORTAL)
    answer = _opened().post(JOIN, TYPED)
    assert answer.status_code == 410
    assert "harbor" not in answer.content.decode().lower()
    invitation.refresh_from_db()
    assert invitation.state_label == "waiting"


WRONG = {
    "short": ({"password": "fourteen chars", "again": "fourteen chars"}, "at least 15"),
    "like the address": ({"password": "noor@northwind.example", "again": "noor@northwind.example"}, "too similar"),
    "common": ({"password": "123456789123456", "again": "123456789123456"}, "numeric|common"),
    "two": ({"again": "another long sentence"}, "two different"),
    "no name": ({"name": " "}, "required"),
    "control character": ({"name": "No\x00or"}, "Null characters"),
}


@pytest.mark.parametrize("how", WRONG)
def test_what_is_typed_wrongly_is_said_at_its_field(invitation: Invitation, how: str) -> None:
    typed, words = WRONG[how]
    browser = _opened()
    answer = browser.post(JOIN, {**TYPED, **typed})
    assert answer.status_code == 422
    assert re.search(words, answer.content.decode())
    assert not User.objects.filter(email=ADDRESS).exists()
    assert browser.post(JOIN, TYPED).status_code == 302


def test_somebody_who_is_signed_in_uses_up_no_invitation(invitation: Invitation, as_bob: Client) -> None:
    answer = as_bob.post(_link(), follow=True)
    assert answer.status_code == 405
    answer = as_bob.get(_link(), follow=True)
    assert "signed in as bob@harbor.example" in answer.content.decode()
    as_bob.post(JOIN, TYPED)
    assert not User.objects.filter(email=ADDRESS).exists()


def test_admins_invite_renew_and_withdraw(as_adam: Client, adam: Member) -> None:
    assert as_adam.post(f"{LIST}new/", {"address": "Noor@Northwind.example", "role": "lead"}).status_code == 302
    sent = Invitation.objects.get()
    assert (sent.address, sent.role, sent.invited_by, sent.participant) == (
        ADDRESS,
        "lead",
        adam.user,
        adam.participant,
    )
    assert timedelta(days=6, hours=23) < sent.expires_at - timezone.now() <= timedelta(days=7)
    first = _link()
    assert as_adam.post(f"{LIST}{sent.pk}/renew/").status_code == 302
    assert _link() != first
    assert _opened(first).get(JOIN).status_code == 410
    assert _opened().get(JOIN).status_code == 200
    assert as_adam.post(f"{LIST}{sent.pk}/withdraw/").status_code == 302
    assert _opened().get(JOIN).status_code == 410
    for what in ("renew", "withdraw"):
        again = as_adam.post(f"{LIST}{sent.pk}/{what}/", follow=True)
        assert "in the meantime" in again.content.decode()
    assert Letter.objects.filter(name="invitation").count() == 2


def test_two_requests_for_another_link_send_one(invitation: Invitation) -> None:
    first, second = (Invitation.objects.get(pk=invitation.pk) for _ in range(2))
    for read in (first, second):
        invitations.renew_invitation(read, by=PORTAL)
    assert AuditEvent.objects.filter(event="invitation.renewed").count() == 1
    assert _opened().get(JOIN).status_code == 200
    invitations.renew_invitation(first, by=PORTAL)
    assert AuditEvent.objects.filter(event="invitation.renewed").count() == 2


def test_an_expired_invitation_is_renewed(invitation: Invitation, as_adam: Client) -> None:
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))
    assert "Expired" in as_adam.get(LIST).content.decode()
    as_adam.post(f"{LIST}{invitation.pk}/renew/")
    assert _opened().post(JOIN, TYPED).status_code == 302


def test_the_page_tells_no_more_than_needed(as_adam: Client, alice: Member, bob: Member, sam: User) -> None:
    """Somebody of another company, of the coalition, and a stranger without a place: the same answer."""
    stranger = add_person("left@elsewhere.example", name="L", password=None, by=PORTAL)
    answers = set()
    for person in (bob.user, sam, stranger):
        answer = as_adam.post(f"{LIST}new/", {"address": person.email.upper(), "role": "analyst"})
        assert answer.status_code == 422
        answers.add(re.sub(r"\S+@\S+|name=\"csrf\S+ value=\S+", "", answer.content.decode(), flags=re.IGNORECASE))
    assert len(answers) == 1
    assert "cannot be invited" in answers.pop()
    for typed, words in (({"address": alice.user.email}, "already"), ({"address": "no address"}, "valid email")):
        answer = as_adam.post(f"{LIST}new/", {**typed, "role": "analyst"})
        assert words in answer.content.decode()
    assert not Invitation.objects.exists()


def test_an_address_is_invited_once_at_a_time(invitation: Invitation, adam: Member) -> None:
    with pytest.raises(invitations.InvitedAlready):
        invitations.invite(adam.participant, address=ADDRESS.upper(), role=Role.LEAD, by=adam)
    invitations.withdraw_invitation(invitation, by=adam)
    invitations.invite(adam.participant, address=ADDRESS, role=Role.LEAD, by=adam)


@pytest.mark.parametrize("role", [Role.ANALYST, Role.LEAD])
def test_others_than_admins_do_not_invite(northwind: Participant, invitation: Invitation, role: Role) -> None:
    browser = signed_in(add_team_member(northwind, "nico", role).user)
    assert browser.get(LIST).status_code == 404
    assert browser.post(f"{LIST}new/", {"address": "x@y.example", "role": "admin"}).status_code == 404
    assert browser.post(f"{LIST}{invitation.pk}/withdraw/").status_code == 404
    assert Invitation.objects.usable().count() == 1


def test_another_company_s_invitations_are_not_there(invitation: Invitation, harbor: Participant) -> None:
    browser = signed_in(add_team_member(harbor, "hanna", Role.ADMIN).user)
    assert ADDRESS not in browser.get(LIST).content.decode()
    for what in ("renew", "withdraw"):
        assert browser.post(f"{LIST}{invitation.pk}/{what}/").status_code == 404
    assert Invitation.objects.usable().count() == 1
