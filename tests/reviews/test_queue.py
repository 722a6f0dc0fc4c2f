"""The queue: what it is narrowed to, its pages, its views, who looks, and how it is empty."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from audit.models import AuditEvent
from audit.record import PORTAL
from participants.models import Member, Role, SharingGroup
from participants.services import leave_group
from reviews import claims
from reviews.deciding import record_decision
from reviews.keeping import keep_queue
from reviews.models import QueueView, Review, Viewing
from reviews.routing import route
from signals.models import Signal
from tests.world import add_closed_group, add_company, add_team_member, share, share_and_route, signed_in

pytestmark = pytest.mark.django_db


def _listed(browser: Client, query: str) -> set[str]:
    page = browser.get(f"/reviews/?{query}").content.decode()
    return set(re.findall(r'row-link" href="/reviews/([0-9a-f-]{36})/', page))


@pytest.fixture
def work(alice: Member, bob: Member) -> dict[str, str]:
    """Four reviews of Harbor's that differ in everything that one can filter by."""
    pia = add_team_member(add_company("pixelforge"), "pia")
    signals = {
        "service": share(alice, kind="username", value="mira", service="harbor", severity="low"),
        "grave": share(
            alice, value="grave@example.com", severity="critical", harm_types="sextortion", incident="case 1"
        ),
        "disputed": share(pia, value="disputed@example.com"),
        "old": share(pia, kind="url", value="https://files.example/a"),
    }
    Signal.objects.filter(pk=signals["disputed"].pk).update(is_disputed=True)
    route()
    names = {signal.pk: name for name, signal in signals.items()}
    reviews = Review.objects.filter(participant=bob.participant)
    reviews.filter(signal=signals["old"]).update(created_at=timezone.now() - timedelta(days=9))
    return {names[review.signal_id]: str(review.pk) for review in reviews}


def test_each_filter_finds_what_it_says(work: dict[str, str], alice: Member, bob: Member, as_bob: Client) -> None:
    incident = Signal.objects.get(reviews=UUID(work["grave"])).contributions.get().incident_id
    wanted = {
        "": set(work),
        "kind=username": {"service"},
        "harm=sextortion": {"grave"},
        "severity=4": {"grave"},
        f"contributor={alice.participant_id}": {"service", "grave"},
        f"incident={incident}": {"grave"},
        "age=older": {"old"},
        "age=7": {"service", "grave", "disputed"},
        "about=service": {"service"},
        "about=disputed": {"disputed"},
        "state=mine": set(),
        "state=decided": set(),
        "about=disputed&kind=url": set(),
        "kind=nonsense&incident=nonsense": set(work),
    }
    assert {query: _listed(as_bob, query) for query in wanted} == {
        query: {work[name] for name in names} for query, names in wanted.items()
    }
    held = claims.claim(Review.objects.get(pk=work["grave"]), by=bob)
    assert _listed(as_bob, "state=mine") == {work["grave"]}
    record_decision(held, verdict="dismissed", dismissal="no_violation", by=bob)
    assert _listed(as_bob, "state=decided") == {work["grave"]}
    assert _listed(as_bob, "state=flagged") == set()
    Review.objects.filter(pk=work["grave"]).update(flag="corrected")
    assert _listed(as_bob, "state=flagged") == {work["grave"]}


def test_a_contributor_that_is_not_named_is_no_filter(work: dict[str, str], alice: Member, as_bob: Client) -> None:
    SharingGroup.objects.update(names_contributors=False)
    assert "All companies" in as_bob.get("/reviews/").content.decode()
    assert _listed(as_bob, f"contributor={alice.participant_id}") == set(work.values())


@pytest.mark.parametrize("query", ["", "state=decided"])
def test_every_review_is_on_exactly_one_page(
    alice: Member, bob: Member, as_bob: Client, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    monkeypatch.setattr("reviews.views.PAGE", 2)
    for number in range(5):
        share(alice, value=f"person{number}@example.com", severity=["low", "high"][number % 2])
    route()
    if query:
        for _ in range(5):
            review = claims.claim_next(by=bob)
            assert review is not None
            record_decision(review, verdict="dismissed", dismissal="no_violation", by=bob)
    url: str | None = f"/reviews/?{query}"
    seen: list[str] = []
    while url:
        page = as_bob.get(url).content.decode()
        seen += re.findall(r'row-link" href="/reviews/([0-9a-f-]{36})/', page)
        found = re.search(r'href="([^"]+)" rel="next"', page)
        url = found[1].replace("&amp;", "&") if found else None
    assert len(seen) == len(set(seen)) == 5


def test_empty_for_three_reasons(alice: Member, bob: Member, as_bob: Client) -> None:
    assert "The queue is clear" in as_bob.get("/reviews/").content.decode()
    share_and_route(alice)
    assert "No review matches" in as_bob.get("/reviews/?kind=url").content.decode()
    closed = add_closed_group("pair", alice.participant, bob.participant)
    share(alice, group=closed, value="hidden@example.com")
    route()
    leave_group(bob.participant, closed, by=PORTAL)
    held = claims.claim_next(by=bob)
    assert held is not None
    record_decision(held, verdict="dismissed", dismissal="no_violation", by=bob)
    page = as_bob.get("/reviews/").content.decode()
    assert "1 more of your company's reviews are in sharing groups" in page


def test_all_held_says_when_the_first_comes_free(alice: Member, bob: Member) -> None:
    share_and_route(alice)
    claims.claim_next(by=bob)
    dana = add_team_member(bob.participant, "dana")
    page = signed_in(dana.user).post("/reviews/next/", follow=True).content.decode()
    assert "Everything that is due is held by colleagues; the first comes free at" in page


def test_views_are_one_s_own_or_the_team_s(bob: Member, alice: Member, as_bob: Client) -> None:
    dana = add_team_member(bob.participant, "dana")
    as_bob.post("/reviews/views/save/", {"kind": "email", "name": "my mail"})
    as_bob.post("/reviews/views/save/", {"severity": "4", "name": "our worst", "is_shared": "on"})
    as_bob.post("/reviews/views/save/", {"name": "nothing chosen"})
    page = signed_in(dana.user).get("/reviews/").content.decode()
    assert ("our worst" in page, "my mail" in page, "nothing chosen" in page) == (True, False, False)
    assert "our worst" not in signed_in(alice.user).get("/reviews/").content.decode()
    shared = QueueView.objects.get(name="our worst")
    assert signed_in(dana.user).post(f"/reviews/views/{shared.pk}/remove/").status_code == 404
    lead = add_team_member(bob.participant, "lou", Role.LEAD)
    assert signed_in(lead.user).post(f"/reviews/views/{shared.pk}/remove/").status_code == 302
    assert [view.name for view in QueueView.objects.all()] == ["my mail"]


def test_colleagues_are_seen_and_others_never(alice: Member, bob: Member, charlie: Member, as_bob: Client) -> None:
    signal = share_and_route(alice)
    dana = add_team_member(bob.participant, "dana")
    mine, foreign = (Review.objects.get(participant=m.participant, signal=signal) for m in (bob, charlie))
    signed_in(dana.user).post(f"/reviews/{mine.pk}/presence/")
    signed_in(charlie.user).post(f"/reviews/{foreign.pk}/presence/")
    page = as_bob.get(f"/reviews/{mine.pk}/").content.decode()
    assert "Dana has this review open as well." in page
    assert "Charlie" not in page
    Viewing.objects.update(seen_at=timezone.now() - timedelta(minutes=2))
    assert "Dana has" not in as_bob.post(f"/reviews/{mine.pk}/presence/").content.decode()
    Viewing.objects.update(seen_at=timezone.now() - timedelta(days=1))
    keep_queue()
    assert Viewing.objects.count() == 0


def test_work_keeps_the_lease_alive_and_looking_does_not(alice: Member, bob: Member, as_bob: Client) -> None:
    share_and_route(alice)
    held = claims.claim_next(by=bob)
    assert held is not None
    soon = timezone.now() + timedelta(minutes=1)
    Review.objects.update(held_until=soon)
    as_bob.post(f"/reviews/{held.pk}/presence/", {"working": ""})
    assert Review.objects.get(pk=held.pk).held_until == soon
    answer = as_bob.post(f"/reviews/{held.pk}/presence/", {"working": "1"}).content.decode()
    kept = Review.objects.get(pk=held.pk).held_until
    assert kept is not None
    assert kept > soon + timedelta(minutes=10)
    assert "data-lease-until" in answer


def test_what_nobody_gave_back_comes_back_with_a_record(alice: Member, bob: Member) -> None:
    """The process, browser or session of its holder died: the sweeper and the next claim write the end down once."""
    share(alice, value="second@example.com")
    share_and_route(alice)
    for _ in range(2):
        claims.claim_next(by=bob)
    Review.objects.filter(holder=bob).update(held_until=timezone.now() - timedelta(minutes=1))
    dana = add_team_member(bob.participant, "dana")
    assert claims.claim_next(by=dana) is not None
    keep_queue()
    keep_queue()
    ended = AuditEvent.objects.filter(event="review.released", participant_id=bob.participant_id)
    assert [event.details["why"] for event in ended] == ["expired", "expired"]
    assert Review.objects.filter(holder=bob).count() == 0


def test_a_held_item_does_not_come_back_although_held(alice: Member, bob: Member) -> None:
    """A bug of others: the sweeper gave away what somebody worked on."""
    share_and_route(alice)
    held = claims.claim_next(by=bob)
    assert held is not None
    keep_queue()
    dana = add_team_member(bob.participant, "dana")
    assert claims.claim_next(by=dana) is None
    assert claims.keep(held, by=bob).holder == bob


def test_a_lead_takes_a_claim_back(alice: Member, bob: Member) -> None:
    share_and_route(alice)
    held = claims.claim_next(by=bob)
    assert held is not None
    lead = add_team_member(bob.participant, "lou", Role.LEAD)
    browser = signed_in(lead.user)
    assert "Take it back" in browser.get(f"/reviews/{held.pk}/").content.decode()
    assert "Take it back" not in signed_in(bob.user).get(f"/reviews/{held.pk}/").content.decode()
    browser.post(f"/reviews/{held.pk}/take-back/")
    assert Review.objects.get(pk=held.pk).holder is None
    assert "taken back by a lead" in browser.get(f"/reviews/{held.pk}/").content.decode()
