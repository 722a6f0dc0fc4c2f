"""Every address × everybody who could ask × own, another's and no object, with the expected answer written down."""

import time
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.contrib.admin import site
from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.models import User
from accounts.passing import CONFIRMED
from audit.models import AuditEvent, Checkpoint
from audit.record import PORTAL
from audit.sealing import seal_all
from lantern.lib.marks import mark_of
from participants.check_ins import plan
from participants.invitations import invite
from participants.models import CheckIn, CheckInKind, Member, Participant, ParticipantState, Role
from participants.services import default_group, move_participant
from reviews.claims import claim_next
from reviews.deciding import record_decision
from reviews.decision_templates import save_template
from reviews.models import DecisionBatch, Feedback, Notification, Review, SecondReview
from reviews.queue_views import save_view
from reviews.routing import route
from signals.exporting import ask_for_export
from signals.looking_up import ask
from signals.models import Export
from signals.saved_filters import save_filter
from tests.accounts.way_in import grow_stale
from tests.reviews.following import decide, practise, send
from tests.signals.files import as_file
from tests.sweeps.test_marks import PERSONAL, PUBLIC
from tests.sweeps.urls import every_url
from tests.transparency.publishing import published
from tests.world import (
    add_closed_group,
    add_company,
    add_team_member,
    new_browser,
    share,
    share_and_route,
    sign_agreement,
    signed_in,
    upload,
)

pytestmark = pytest.mark.django_db

FILE = as_file(
    ["kind", "value", "harm_types"], ["email", "row@example.com", "grooming"], ["email", "no address", "grooming"]
)
Key = UUID | int | str
PERSONS = ("anonymous", "password only", "analyst", "lead", "admin", "untrained", "suspended", "staff", "auditor")
MEMBERS = ("analyst", "lead", "admin")
TEAM = (*MEMBERS, "untrained")
# A module belongs to everybody; in the place of another's stands one that is not there.
MISSING: dict[str, Key] = {
    "member": 999_999_999,
    "module": "no-such-module",
    "checkpoint": 999_999_998,
    "event": 999_999_998,
}
ADMINS = ("admin",)
SENT_AWAY = {"anonymous", "password only"}  # 302 to sign-in; all others who may not get a 404


@dataclass(frozen=True)
class Page:
    """An address: its method, what it is about, the answer to those who may, and who of the members that is."""

    method: str
    answer: int
    about: str = ""
    who: tuple[str, ...] = MEMBERS


PAGES = {
    "signals:list": Page("get", 200),
    "signals:new": Page("get", 200),
    "signals:new_add": Page("post", 302),
    "signals:new_remove": Page("post", 302),
    "signals:new_check": Page("post", 200),
    "signals:draft_keep": Page("post", 302),
    "signals:draft_discard": Page("post", 302),
    "signals:shared": Page("get", 302),
    "signals:uploads": Page("get", 200),
    "signals:upload_new": Page("get", 200),
    "signals:upload_template": Page("get", 200),
    "signals:upload_dictionary": Page("get", 200),
    "signals:upload": Page("get", 200, "upload"),
    "signals:upload_columns": Page("post", 302, "upload"),
    "signals:upload_ask": Page("post", 302, "upload"),
    "signals:upload_agree": Page("post", 302, "upload"),
    "signals:upload_decline": Page("post", 422, "upload"),
    "signals:upload_progress": Page("get", 200, "upload"),
    "signals:upload_apply": Page("post", 302, "upload"),
    "signals:upload_cancel": Page("post", 302, "upload"),
    "signals:upload_errors": Page("post", 200, "upload"),
    "signals:upload_withdraw": Page("get", 200, "upload"),
    "signals:filter_save": Page("post", 302),
    "signals:filter_remove": Page("post", 302, "filter", who=("analyst",)),
    "signals:lookup": Page("get", 200),
    "signals:lookup_answer": Page("get", 200, "lookup", who=("analyst",)),
    "signals:lookup_known": Page("post", 200, "lookup", who=("analyst",)),
    "signals:lookup_unknown": Page("post", 200, "lookup", who=("analyst",)),
    "signals:exports": Page("get", 200),
    "signals:export_new": Page("get", 200),
    "signals:export_approve": Page("post", 302, "export", who=("lead", "admin")),
    "signals:export_refuse": Page("post", 302, "export", who=("lead", "admin")),
    "signals:export_download": Page("post", 302, "export"),
    "signals:correct": Page("get", 200, "contribution"),
    "signals:withdraw": Page("get", 200, "contribution"),
    "signals:withdraw_incident": Page("get", 200, "incident"),
    "signals:handle": Page("post", 302, "signal"),
    "signals:signal": Page("get", 200, "signal"),
    "signals:reveal": Page("post", 200, "signal"),
    "participants:overview": Page("get", 200, who=TEAM),
    "participants:groups": Page("get", 200, who=TEAM),
    "participants:agreement": Page("get", 200, who=TEAM),
    "participants:settings": Page("get", 200, who=ADMINS),
    "participants:members": Page("get", 200, who=("lead", "admin")),
    "participants:member": Page("get", 200, "member", ADMINS),
    "participants:remove": Page("post", 302, "member", ADMINS),
    "participants:readmit": Page("post", 302, "member", ADMINS),
    "participants:invitations": Page("get", 200, who=ADMINS),
    "participants:invite": Page("post", 422, who=ADMINS),
    "participants:renew": Page("post", 302, "invitation", ADMINS),
    "participants:withdraw": Page("post", 302, "invitation", ADMINS),
    "participants:training": Page("get", 200, who=TEAM),
    "participants:module": Page("get", 200, "module", TEAM),
    "reviews:seconds": Page("get", 200),
    "reviews:second": Page("get", 200, "second"),
    "reviews:second_take": Page("post", 302, "second"),
    "reviews:second_reveal": Page("post", 302, "second"),
    "reviews:second_vote": Page("post", 422, "second"),
    "reviews:second_agree": Page("post", 409, "second"),
    "reviews:second_return": Page("post", 422, "second"),
    "reviews:second_change": Page("post", 422, "second"),
    "reviews:feedback": Page("get", 200),
    "reviews:feedback_given": Page("get", 200),
    "reviews:feedback_one": Page("get", 200, "feedback"),
    "reviews:feedback_write": Page("post", 422, "feedback"),
    "reviews:notifications": Page("get", 200, who=TEAM),
    "reviews:notifications_read": Page("post", 302, who=TEAM),
    "reviews:notification_choices": Page("get", 200, who=TEAM),
    "reviews:notification": Page("post", 302, "notification", who=("analyst",)),
    "reviews:wellbeing": Page("get", 200, who=TEAM),
    "reviews:wellbeing_help": Page("get", 200, who=TEAM),
    "reviews:team": Page("get", 200, who=("lead", "admin")),
    "reviews:practice": Page("get", 200, who=("lead", "admin")),
    "reviews:queue": Page("get", 200),
    "reviews:next": Page("post", 302),
    "reviews:review": Page("get", 200, "review"),
    "reviews:claim": Page("post", 302, "review"),
    "reviews:keep": Page("post", 302, "review"),
    "reviews:release": Page("post", 302, "review"),
    "reviews:reveal": Page("post", 302, "review"),
    "reviews:decide": Page("post", 422, "review"),
    "check_ins:list": Page("get", 200, who=ADMINS),
    "check_ins:check_in": Page("get", 200, "check_in", ADMINS),
    "check_ins:agreement_file": Page("get", 200, "agreement", ADMINS),
    "reviews:undo": Page("post", 302),
    "reviews:reopen": Page("post", 422, "review"),
    "reviews:appeal": Page("post", 422, "review"),
    "reviews:presence": Page("post", 200, "review"),
    "reviews:many": Page("get", 302, "review"),
    "reviews:batch": Page("get", 200, "batch"),
    "reviews:take_back": Page("post", 302, "review", ("lead", "admin")),
    "reviews:rules": Page("get", 200, who=("lead", "admin")),
    "reviews:templates": Page("get", 200, who=("lead", "admin")),
    "reviews:template_remove": Page("post", 302, "template", ("lead", "admin")),
    "reviews:view_save": Page("post", 302),
    "reviews:view_remove": Page("post", 302, "view"),
    "reviews:keys": Page("get", 200),
    "impact:report": Page("get", 200, who=("lead", "admin")),
    "impact:file": Page("get", 200, who=("lead", "admin")),
    "impact:reported": Page("get", 200, who=("lead", "admin")),
    "record:list": Page("get", 200, who=("lead", "admin", "staff", "auditor")),
    "record:export": Page("post", 200, who=("lead", "admin", "staff", "auditor")),
    "record:checkpoints": Page("get", 200, who=("lead", "admin", "staff", "auditor")),
    "record:checkpoint": Page("get", 200, "checkpoint", ("lead", "admin")),
    "record:growth": Page("get", 200, "checkpoint", ("lead", "admin")),
    "record:proof": Page("get", 200, "event", ("lead", "admin")),
}
# name: method, then the answer to anonymous, password only, a member, a suspended one, staff, the auditor.
OPEN = {
    "home": ("get", 302, 302, 200, 200, 302, 200),
    "livez": ("get", 200, 200, 200, 200, 200, 200),
    "readyz": ("get", 200, 200, 200, 200, 200, 200),
    "metrics": ("get", 404, 404, 404, 404, 404, 404),
    "csp_report": ("post", 204, 204, 204, 204, 204, 204),
    "account_login": ("get", 200, 302, 302, 302, 302, 302),
    "account_logout": ("get", 302, 200, 200, 200, 200, 200),
    "accounts:code": ("get", 302, 302, 302, 302, 302, 302),
    "accounts:abandon": ("post", 302, 302, 302, 302, 302, 302),
    "accounts:enroll": ("get", 302, 302, 302, 302, 302, 302),
    "accounts:passkey_begin": ("post", 422, 422, 200, 200, 200, 200),
    "accounts:passkey_complete": ("post", 422, 422, 422, 422, 422, 422),
    "accounts:password_forgotten": ("get", 200, 200, 200, 200, 200, 200),
    "accounts:password_asked": ("get", 200, 200, 200, 200, 200, 200),
    "accounts:password_choose": ("get", 302, 302, 302, 302, 302, 302),
    "sign_on": ("get", 200, 200, 200, 200, 200, 200),
    "openid_connect_login": ("get", 404, 404, 302, 302, 302, 302),
    "openid_connect_callback": ("get", 404, 404, 302, 302, 302, 302),
    "accounts:letters": ("get", 200, 200, 200, 200, 200, 200),  # the tests are a demo installation
    "accounts:letter": ("get", 404, 404, 404, 404, 404, 404),
    "participants:join": ("get", 410, 200, 200, 200, 200, 200),
    "participants:open_invitation": ("get", 302, 302, 302, 302, 302, 302),
    "programme:list": ("get", 200, 200, 200, 200, 200, 200),
    "programme:governance": ("get", 200, 200, 200, 200, 200, 200),
    "programme:apply": ("get", 200, 200, 200, 200, 200, 200),
    "programme:link": ("get", 302, 302, 302, 302, 302, 302),
    "programme:draft": ("get", 404, 404, 404, 404, 404, 404),
    "programme:submit": ("post", 404, 404, 404, 404, 404, 404),
    "transparency:index": ("get", 200, 200, 200, 200, 200, 200),
    "transparency:year": ("get", 200, 200, 200, 200, 200, 200),
    "transparency:file": ("get", 200, 200, 200, 200, 200, 200),
    "transparency:definitions": ("get", 200, 200, 200, 200, 200, 200),
    "transparency:method": ("get", 200, 200, 200, 200, 200, 200),
    "transparency:check": ("get", 200, 200, 200, 200, 200, 200),
    "transparency:schema": ("get", 200, 200, 200, 200, 200, 200),
    "transparency:snapshot": ("get", 200, 200, 200, 200, 200, 200),
    "transparency:sums": ("get", 200, 200, 200, 200, 200, 200),
    "transparency:edition": ("get", 200, 200, 200, 200, 200, 200),
    "transparency:edition_file": ("get", 200, 200, 200, 200, 200, 200),
    "transparency:edition_snapshot": ("get", 200, 200, 200, 200, 200, 200),
    "transparency:edition_sums": ("get", 200, 200, 200, 200, 200, 200),
    "accessibility": ("get", 200, 200, 200, 200, 200, 200),
    "security_txt": ("get", 200, 200, 200, 200, 200, 200),
}
# Pages of one's own account: method and the answer to whoever has passed both steps; the others are sent to sign in.
OWN = {
    "accounts:confirm": ("get", 200),
    "accounts:kept": ("get", 302),
    "accounts:stay": ("post", 302),
    "accounts:session_left": ("get", 200),
    "accounts:security": ("get", 200),
    "accounts:factor_remove": ("post", 302),
    "accounts:authenticator_new": ("get", 200),
    "accounts:passkey_new": ("get", 200),
    "accounts:passkey_new_begin": ("post", 200),
    "accounts:passkey_new_complete": ("post", 422),
    "accounts:recovery": ("post", 200),
    "accounts:sessions": ("get", 200),
    "accounts:session_end": ("post", 302),
    "accounts:sessions_end_others": ("post", 302),
    "accounts:password": ("get", 200),
    "accounts:email": ("get", 200),
    "accounts:email_code": ("get", 302),
    "accounts:letter_choices": ("get", 200),
}
ADMIN_PAGES = (
    "/admin/signals/legalhold/",
    "/admin/signals/legalhold/add/",
    "/admin/signals/erasure/",
    "/admin/signals/erasure/add/",
    "/admin/signals/expiryrun/",
    "/admin/",
    "/admin/accounts/factorreset/",
    "/admin/participants/signon/",
    "/admin/participants/invitation/",
    "/admin/participants/participant/",
    "/admin/participants/checkin/",
    "/admin/accounts/user/",
    "/admin/audit/auditevent/",
    "/admin/transparency/draft/",
    "/admin/transparency/draft/add/",
    "/admin/transparency/edition/",
    "/admin/transparency/monthlyreport/",
)


@dataclass(frozen=True)
class World:
    """Who asks, and what about."""

    sessions: dict[str, SimpleCookie]
    people: dict[str, User]
    own: dict[str, Key]
    others: dict[str, Key]

    def browser(self, person: str) -> Client:
        """A fresh window of that person's browser."""
        client = new_browser()
        client.cookies = SimpleCookie({name: morsel.value for name, morsel in self.sessions[person].items()})
        return client


@pytest.fixture
def world(alice: Member, lena: Member, bob: Member, sam: User, ada: User) -> World:
    """Northwind's people, the others, and objects of Northwind and of Harbor alone."""
    pixelforge = add_company("pixelforge")
    pia = add_team_member(pixelforge, "pia")
    closed = add_closed_group("pair", bob.participant, pixelforge)
    signal = share(bob, value="open@example.com")
    foreign = share(pia, group=closed, value="closed@example.com")
    route()
    own: dict[str, Key] = {"signal": signal.pk, "upload": upload(alice, FILE).pk, "module": "sharing"}
    others: dict[str, Key] = {"signal": foreign.pk, "upload": upload(bob, FILE).pk, "module": "no-such-module"}
    own["member"], others["member"] = alice.pk, bob.pk
    for objects, company in ((own, alice.participant), (others, bob.participant)):
        address = f"new@{company.slug}.example"
        objects["invitation"] = invite(company, address=address, role=Role.ANALYST, by=PORTAL).pk
    own["review"] = Review.objects.get(participant=alice.participant, signal=signal).pk
    others["review"] = Review.objects.get(participant=bob.participant, signal=foreign).pk
    for objects, member in ((own, alice), (others, bob)):
        _add_belongings(objects, member)
        plan(member.participant, CheckInKind.CHECK_IN)
        objects["check_in"] = CheckIn.objects.get(participant=member.participant).pk
        objects["agreement"] = sign_agreement(member.participant).pk
    _add_follow_ups(own, others, alice, bob)
    paused = add_company("brightpath")
    pam = add_team_member(paused, "pam")
    move_participant(paused, to=ParticipantState.SUSPENDED, by=PORTAL, reason="a reason")
    adam = add_team_member(alice.participant, "adam", Role.ADMIN)
    uma = add_team_member(alice.participant, "uma", Role.ANALYST, trained=False)
    published(2024, by=sam)
    seal_all()
    own["checkpoint"], others["checkpoint"] = Checkpoint.objects.get().size, 999_999_999
    for objects, company in ((own, alice.participant), (others, bob.participant)):
        objects["event"] = AuditEvent.objects.filter(participant_id=company.pk)[0].pk
    people = {"analyst": alice.user, "lead": lena.user, "admin": adam.user, "suspended": pam.user, "staff": sam}
    people |= {"untrained": uma.user, "auditor": ada}
    return World(_sessions(people), people, own, others)


def _add_belongings(objects: dict[str, Key], member: Member) -> None:
    """What a member shared, asked for and saved."""
    said = share(member, value=f"{member.user.name}@example.com", incident="case 1").contributions.get()
    assert said.incident_id
    objects |= {"contribution": said.pk, "incident": said.incident_id}
    objects["lookup"] = ask("open@example.com", by=member).pk
    objects["batch"] = DecisionBatch.objects.create(participant=member.participant, decided_by=member).pk
    objects["template"] = save_template("usual", verdict="dismissed", by=member).pk
    objects["view"] = save_view("ours", {"kind": "email"}, is_shared=True, by=member).pk
    objects["filter"] = save_filter("mine", {"kind": "email"}, by=member).pk
    export = ask_for_export({}, reason="matching", by=member)
    Export.objects.filter(pk=export.pk).update(state="waiting")
    objects["export"] = export.pk


def _add_follow_ups(own: dict[str, Key], others: dict[str, Key], alice: Member, bob: Member) -> None:
    """A second look, a feedback and a notification at either company. Dana is at neither, Amir and Bea decide."""
    dana = add_team_member(add_company("cloudnine"), "dana")
    for objects, member in ((own, alice), (others, bob)):
        colleague = add_team_member(member.participant, "colleague")
        practise(colleague, sample=100)
        decide(colleague, dana, value=f"dana{member.pk}@example.com", severity="critical")
        objects["second"] = SecondReview.objects.get(participant=member.participant).pk
    practise(dana)
    share_and_route(alice, value="for-dana@example.com", severity="critical")
    share_and_route(bob, value="for-dana-too@example.com", severity="critical")
    for _ in range(2):
        review = claim_next(by=dana)
        assert review is not None
        record_decision(review, verdict="dismissed", dismissal="not_enough_information", by=dana)
    send()
    for objects, member in ((own, alice), (others, bob)):
        objects["feedback"] = Feedback.objects.get(participant=member.participant).pk
        objects["notification"] = Notification.objects.get(user=member.user, kind="feedback").pk


def _sessions(people: dict[str, User]) -> dict[str, SimpleCookie]:
    password_only = new_browser()
    password_only.force_login(people["analyst"], backend="allauth.account.auth_backends.AuthenticationBackend")
    passed = {person: signed_in(user).cookies for person, user in people.items()}
    return {"anonymous": SimpleCookie(), "password only": password_only.cookies, **passed}


def _asked(browser: Client, method: str, url: str) -> tuple[int, str]:
    """The answer, and where it leads; whatever the request did is taken back."""
    with transaction.atomic():
        response = getattr(browser, method)(url)
        transaction.set_rollback(True)
    return response.status_code, response.headers.get("Location", "")


def _address(name: str, objects: dict[str, Key]) -> str:
    about = PAGES[name].about
    return reverse(name, args=[objects[about]] if about else [])


def test_every_address_is_in_a_table() -> None:
    assert {name for name, _ in every_url()} == {*PAGES, *OPEN, *OWN}
    assert set(OPEN) == PUBLIC
    assert set(OWN) == PERSONAL


def test_pages_answer_those_who_may(world: World) -> None:
    wrong = {}
    for name, page in PAGES.items():
        url = _address(name, world.own)
        for person in PERSONS:
            status, location = _asked(world.browser(person), page.method, url)
            if person in SENT_AWAY:
                wanted = (302, "/accounts/login/")
            else:
                wanted = (page.answer if person in page.who else 404, "")
            led_to = location.partition("?")[0] if person in SENT_AWAY else ""
            if (status, led_to) != wanted:
                wrong[name, person] = status, location
    assert wrong == {}


def test_what_is_another_s_answers_as_what_is_not_there(world: World) -> None:
    wrong = {}
    missing = {about: MISSING.get(about, uuid4()) for about in world.own}
    for name in (name for name, page in PAGES.items() if page.about):
        for person in PERSONS:
            for objects in (world.others, missing):
                status, _ = _asked(world.browser(person), PAGES[name].method, _address(name, objects))
                if status != (302 if person in SENT_AWAY else 404):
                    wrong[name, person] = status
    assert wrong == {}


def test_public_addresses_answer_everybody(world: World) -> None:
    wrong = {}
    arguments: dict[str, list[Any]] = {"transparency:year": [2024], "transparency:file": [2024, "csv"]}
    arguments |= {f"transparency:{name}": [2024] for name in ("snapshot", "sums")}
    arguments |= {f"transparency:edition{name}": [2024, 1] for name in ("", "_snapshot", "_sums")}
    arguments["transparency:edition_file"] = [2024, 1, "pdf"]
    arguments |= {"openid_connect_login": ["nobody"], "openid_connect_callback": ["nobody"]}
    arguments |= {"accounts:letter": [uuid4()], "accounts:password_choose": ["MQ", "wrong"]}
    arguments["participants:open_invitation"] = ["a-token"]
    arguments["programme:link"] = ["x"]
    for name, (method, anonymous, password, member, suspended, staff, auditor) in OPEN.items():
        wanted = (anonymous, password, member, member, member, member, suspended, staff, auditor)
        url = reverse(name, args=arguments.get(name, []))
        answers = tuple(_asked(world.browser(person), method, url)[0] for person in PERSONS)
        if answers != wanted:
            wrong[name] = answers
    assert wrong == {}


def test_pages_of_one_s_own_account_answer_whoever_is_signed_in(world: World) -> None:
    wrong = {}
    for name, (method, answer) in OWN.items():
        for person in PERSONS:
            status, location = _asked(world.browser(person), method, reverse(name))
            wanted = (302, True) if person in SENT_AWAY else (answer, False)
            if (status, location.startswith("/accounts/login/")) != wanted:
                wrong[name, person] = status, location
    assert wrong == {}


def test_the_admin_is_staff_s_alone(world: World) -> None:
    wanted = {**dict.fromkeys(PERSONS, 404), "anonymous": 302, "password only": 302, "staff": 200}
    for url in ADMIN_PAGES:
        assert {person: _asked(world.browser(person), "get", url)[0] for person in PERSONS} == wanted


def test_what_changes_something_is_no_link_and_needs_the_token_of_its_form(world: World) -> None:
    for name in (name for name, page in PAGES.items() if page.method == "post"):
        browser = world.browser(PAGES[name].who[0])
        assert _asked(browser, "get", _address(name, world.own))[0] == 405, name
        browser.handler.enforce_csrf_checks = True
        assert _asked(browser, "post", _address(name, world.own))[0] == 403, name


def test_losing_the_right_takes_effect_on_the_next_request(world: World) -> None:
    browser = world.browser("analyst")
    assert _asked(browser, "get", "/signals/")[0] == 200
    Member.objects.filter(user=world.people["analyst"]).update(is_active=False)
    assert _asked(browser, "get", "/signals/")[0] == 404
    assert _asked(browser, "get", "/")[0] == 200
    get_user_model().objects.filter(pk=world.people["analyst"].pk).update(is_active=False, last_login=timezone.now())
    assert _asked(browser, "get", "/signals/")[0] == 302


# Pages that ask for a factor of the last minutes: exports, keys, roles, publishing, and the way in itself.
ASKS_AGAIN = {
    "signals:export_new",
    "signals:export_approve",
    "signals:export_refuse",
    "signals:export_download",
    "participants:member",
    "participants:remove",
    "participants:readmit",
    "participants:invite",
    "participants:renew",
    "participants:withdraw",
    "accounts:factor_remove",
    "accounts:authenticator_new",
    "accounts:passkey_new",
    "accounts:passkey_new_begin",
    "accounts:passkey_new_complete",
    "accounts:recovery",
    "accounts:password",
    "accounts:email",
    "accounts:email_code",
}
# The same in the admin: address, and what it is about where it is about something.
ADMIN_ASKS_AGAIN = (
    ("admin:participants_participant_add", ""),
    ("admin:participants_participant_change", "company"),
    ("admin:participants_participant_export", ""),
    ("admin:participant_move", "company"),
    ("admin:participant_leave", "company"),
    ("admin:participants_sharinggroup_add", ""),
    ("admin:participants_sharinggroup_change", "group"),
    ("admin:participants_invitation_add", ""),
    ("admin:accounts_factorreset_add", ""),
    ("admin:participants_signon_add", ""),
    ("admin:transparency_edition_publish", "draft"),
    ("admin:signals_legalhold_export", ""),
)


def test_what_matters_most_asks_again_for_a_factor(world: World) -> None:
    marks = {name: mark_of(pattern.callback) for name, pattern in every_url()}
    assert {name for name, mark in marks.items() if mark and mark.fresh} == ASKS_AGAIN
    wrong = {}
    for name in ASKS_AGAIN:
        own = name in OWN
        browser = world.browser("analyst" if own else PAGES[name].who[0])
        url = reverse(name) if own else _address(name, world.own)
        for is_stale in (False, True):
            if is_stale:
                grow_stale(browser)
            for method in {"post", OWN[name][0] if own else PAGES[name].method}:
                if _asked(browser, method, url)[1].startswith("/accounts/confirm/") != is_stale:
                    wrong[name, method] = is_stale
        _just_confirmed(browser)
    assert wrong == {}


@pytest.mark.parametrize(("name", "about"), ADMIN_ASKS_AGAIN)
def test_the_admin_asks_again_for_a_factor(name: str, about: str, northwind: Participant, as_sam: Client) -> None:
    group = default_group(by=PORTAL)
    about_what = {"company": northwind.pk, "group": group.pk, "draft": 999_999_999}
    url = reverse(name, args=[about_what[about]] if about else [])
    assert not _asked(as_sam, "post", url)[1].startswith("/accounts/confirm/")
    grow_stale(as_sam)
    assert _asked(as_sam, "post", url)[1].startswith("/accounts/confirm/")


def _just_confirmed(browser: Client) -> None:
    session = browser.session
    session[CONFIRMED] = time.time()
    session.save()


def _admin_names() -> set[str]:
    """Each address of the admin by its name, the catch-all excepted."""
    return {f"admin:{name}" for name in _admin().reverse_dict if isinstance(name, str)}


def _admin() -> URLResolver:
    entries = (entry for entry in get_resolver().url_patterns if isinstance(entry, URLResolver))
    return next(entry for entry in entries if entry.app_name == "admin")


def test_no_address_of_the_admin_answers_anybody_but_staff(world: World) -> None:
    """Whatever stands in its place, own, another's or nothing: the gate comes before the view."""
    wrong = {}
    resolver, names = _admin(), _admin_names()
    assert len(names) > 60
    for name in names:
        (possibility, *_), *_ = resolver.reverse_dict.getlist(name.removeprefix("admin:"))
        _, parameters = possibility[0] if isinstance(possibility[0], tuple) else possibility
        for person in (person for person in PERSONS if person != "staff"):
            url = _admin_address(name, parameters, world.own)
            status, location = _asked(world.browser(person), "get", url)
            wanted = (302, True) if person in SENT_AWAY else (404, False)
            if (status, location.startswith("/accounts/login/")) != wanted:
                wrong[name, person] = status, location
    assert wrong == {}


def _admin_address(name: str, parameters: list[str], objects: dict[str, Key]) -> str:
    fitting: tuple[Any, ...] = (1, objects["review"], "participants")
    for candidate in fitting:
        try:
            return reverse(name, args=[candidate] * len(parameters))
        except NoReverseMatch:
            continue
    return reverse(name, args=[1, objects["review"]])


DECISIONS_OF_PARTICIPANTS = (
    "reviews:claim",
    "reviews:decide",
    "reviews:second_vote",
    "reviews:reopen",
    "reviews:appeal",
    "signals:new_check",
    "signals:export_approve",
    "signals:upload_agree",
    "participants:invite",
    "participants:remove",
    "check_ins:check_in",
)


def test_staff_never_decide_for_a_participant(world: World) -> None:
    for name in DECISIONS_OF_PARTICIPANTS:
        for person in ("staff", "auditor"):
            assert _asked(world.browser(person), "post", _address(name, world.own))[0] == 404, name
    models = [*apps.get_app_config("reviews").get_models(), *apps.get_app_config("signals").get_models()]
    assert {model.__name__ for model in models if site.is_registered(model)} == {"LegalHold", "Erasure", "ExpiryRun"}
