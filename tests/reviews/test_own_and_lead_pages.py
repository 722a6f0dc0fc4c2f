"""Routing rules, decision templates and keys."""

import pytest
from django.test import Client

from participants.models import Member, Role
from reviews import claims
from reviews.keys import ACTS, KeyTaken, all_keys, choose_keys, clash, keys_of
from reviews.models import DecisionTemplate, Review, RoutingRule
from reviews.routing import route
from reviews.rules import DEFAULT, Rule, preview, rule_of, save_rule
from signals.kinds import KINDS
from signals.models import Signal
from tests.world import add_team_member, share, share_and_route, signed_in

pytestmark = pytest.mark.django_db

RULE = Rule(["url", "md5"], ["grooming"], [3, 4])


@pytest.fixture
def lou(bob: Member) -> Member:
    """Harbor's lead."""
    return add_team_member(bob.participant, "lou", Role.LEAD)


def _queue(of: Member) -> set[str]:
    return set(Review.objects.filter(participant=of.participant).values_list("signal__kind", flat=True))


@pytest.fixture
def shared(alice: Member) -> None:
    """One of each of some sorts."""
    share(alice, value="person@example.com", severity="critical")
    share(alice, kind="url", value="https://files.example/a", severity="high")
    share(alice, kind="md5", value="1f" * 16, severity="high")
    share(alice, kind="sha1", value="1f" * 20, severity="high")
    share(alice, kind="md5", value="2f" * 16, severity="low")
    share(alice, kind="md5", value="3f" * 16, severity="high", harm_types="trafficking")


@pytest.mark.usefixtures("shared")
def test_a_rule_holds_for_its_own_company(lou: Member, charlie: Member) -> None:
    save_rule(RULE, by=lou)
    route()
    assert _queue(lou) == {"url", "md5"}
    assert Review.objects.filter(participant=lou.participant).count() == 2
    assert _queue(charlie) == {"email", "url"}


@pytest.mark.usefixtures("shared")
def test_what_is_in_the_queue_stays_and_follows_its_signal(lou: Member) -> None:
    route()
    save_rule(Rule(["phone"], ["grooming"], [4]), by=lou)
    Signal.objects.filter(kind="url").update(severity=4, routing_due=True)
    route()
    assert _queue(lou) == {"email", "url"}
    assert Review.objects.get(participant=lou.participant, signal__kind="url").priority == 401


@pytest.mark.usefixtures("shared")
def test_the_preview_tells_both_and_changes_nothing(lou: Member) -> None:
    share(lou, kind="url", value="https://files.example/own", severity="high")
    rows = {row.label: (row.now, row.then) for row in preview(RULE, instead_of=DEFAULT, member=lou)}
    assert rows == {KINDS["email"].label: (1, 0), KINDS["url"].label: (1, 1), KINDS["md5"].label: (0, 1)}
    said = {"kinds": ["url", "md5"], "harm_types": ["grooming"], "severities": ["3", "4"]}
    browser = signed_in(lou.user)
    page = browser.post("/reviews/rules/", {**said, "then": "preview"})
    assert (page.status_code, "By your choice" in page.content.decode()) == (200, True)
    assert RoutingRule.objects.count() == 0
    assert browser.post("/reviews/rules/", said).status_code == 302
    assert rule_of(lou.participant) == RULE
    assert browser.post("/reviews/rules/", {**said, "kinds": []}).status_code == 422


def test_a_decision_begins_from_a_template(alice: Member, bob: Member, lou: Member, as_bob: Client) -> None:
    said = {"name": "Not ours", "verdict": "dismissed", "dismissal": "not_on_platform"}
    said |= {"policy": "left out", "reason": "Looked."}
    assert signed_in(lou.user).post("/reviews/templates/", said).status_code == 302
    template = DecisionTemplate.objects.get()
    assert (template.policy, template.participant) == ("", bob.participant)
    share_and_route(alice)
    review = claims.claim_next(by=bob)
    assert review is not None
    page = as_bob.get(f"/reviews/{review.pk}/").content.decode()
    address = f"/reviews/{review.pk}/?template={template.pk}"
    assert address in page
    assert "Looked." not in page
    assert "Looked." in as_bob.get(address).content.decode()
    assert as_bob.get(f"/reviews/{review.pk}/?template=\x00").status_code == 200


def test_keys_can_be_changed_and_switched_off(bob: Member, as_bob: Client) -> None:
    assert keys_of(bob)["claim"] == "c"
    assert keys_of(bob).keys() == ACTS.keys()
    wanted = {**all_keys(None), "claim": "t", "is_on": "on"}
    assert as_bob.post("/reviews/keys/", wanted).status_code == 302
    assert keys_of(bob)["claim"] == "t"
    assert "&quot;claim&quot;: &quot;t&quot;" in as_bob.get("/reviews/").content.decode()
    assert as_bob.post("/reviews/keys/", {**wanted, "is_on": ""}).status_code == 302
    assert keys_of(bob) == {}
    assert 'data-keys="{}"' in as_bob.get("/reviews/").content.decode()


@pytest.mark.parametrize(
    "wrong", [{"claim": "a"}, {"claim": "g"}, {"claim": "1"}, {"claim": "ab"}, {"claim": ""}, {"claim": "é"}]
)
def test_keys_that_cannot_be_are_refused(bob: Member, as_bob: Client, wrong: dict[str, str]) -> None:
    assert as_bob.post("/reviews/keys/", {**all_keys(None), **wrong}).status_code == 422
    assert keys_of(bob)["claim"] == "c"


def test_no_two_acts_have_the_same_key(bob: Member) -> None:
    assert clash(all_keys(None)) == ""
    with pytest.raises(KeyTaken):
        choose_keys({"claim": "a"}, is_on=True, by=bob)


def test_a_reason_that_one_queue_needs_blocks_no_other(alice: Member, bob: Member, as_bob: Client) -> None:
    """A bug of others: a global required reason blocks one queue. Words are wanted by "other" alone."""
    share_and_route(alice)
    review = claims.claim_next(by=bob)
    assert review is not None
    answer = as_bob.post(f"/reviews/{review.pk}/decide/", {"verdict": "dismissed", "dismissed_reason": "out_of_date"})
    assert answer.status_code == 302
