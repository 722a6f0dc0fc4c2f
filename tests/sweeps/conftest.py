"""Everybody who could ask, and what there is to ask about."""

from http.cookies import SimpleCookie

import pytest

from accounts.models import User
from audit.models import AuditEvent, Checkpoint
from audit.record import PORTAL
from audit.sealing import seal_all
from participants.check_ins import plan
from participants.invitations import invite
from participants.models import CheckIn, CheckInKind, Member, ParticipantState, Role
from participants.services import move_participant
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
from tests.reviews.following import decide, practise, send
from tests.signals.files import as_file
from tests.sweeps.asking import World
from tests.sweeps.pages import Key
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

FILE = as_file(
    ["kind", "value", "harm_types"], ["email", "row@example.com", "grooming"], ["email", "no address", "grooming"]
)


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
    password_only.force_login(people["analyst"], backend="accounts.people.People")
    passed = {person: signed_in(user).cookies for person, user in people.items()}
    return {"anonymous": SimpleCookie(), "password only": password_only.cookies, **passed}
