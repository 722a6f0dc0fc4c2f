"""Decisions: by form, by service and by the database itself."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.test import Client

from audit.models import AuditEvent
from participants.models import Member
from reviews import claims
from reviews.deciding import NothingMeasured, ReasonMissing, record_decision
from reviews.forms import DecisionForm
from reviews.models import Decision, Measure, Review
from tests.world import add_team_member, share_and_route, signed_in

pytestmark = pytest.mark.django_db

ACTIONED: dict[str, Any] = {"verdict": "actioned", "accounts_disabled": "2", "policy": "rule 4"}
DISMISSED: dict[str, Any] = {"verdict": "dismissed", "dismissed_reason": "no_violation"}


@pytest.fixture
def review(alice: Member, bob: Member) -> Review:
    """A review that Bob holds."""
    share_and_route(alice)
    held = claims.claim_next(by=bob)
    assert held is not None
    return held


def _now(review: Review) -> Review:
    return Review.objects.get(pk=review.pk)


def test_an_actioned_decision_with_its_measures(review: Review, bob: Member, as_bob: Client) -> None:
    answer = as_bob.post(
        f"/reviews/{review.pk}/decide/", {**ACTIONED, "content_removed": "1", "reason": "seen\r\ntwice"}
    )
    assert answer.status_code == 302
    decision = Decision.objects.get()
    assert (decision.verdict, decision.policy, decision.dismissal, decision.reason) == (
        "actioned",
        "rule 4",
        "",
        "seen\ntwice",
    )
    assert dict(decision.measures.values_list("unit", "count")) == {"accounts_disabled": 2, "content_removed": 1}
    assert (_now(review).state, _now(review).holder) == ("decided", None)
    event = AuditEvent.objects.get(event="review.decided")
    assert event.details == {"decision": str(decision.pk)}
    page = as_bob.get(f"/reviews/{review.pk}/").content.decode()
    assert [(measure.count, measure.label) for measure in Measure.objects.order_by("count")] == [
        (1, "piece of content removed"), (2, "accounts disabled"),
    ]  # fmt: skip
    assert "Bob" in page


def test_what_belongs_to_the_other_verdict_is_left_out(review: Review, as_bob: Client) -> None:
    as_bob.post(f"/reviews/{review.pk}/decide/", {**ACTIONED, **DISMISSED})
    decision = Decision.objects.get()
    assert (decision.verdict, decision.policy, decision.measures.count()) == ("dismissed", "", 0)


FORMS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["verdict"]),
    ({"verdict": "maybe"}, ["verdict"]),
    ({"verdict": "actioned"}, ["accounts_disabled"]),
    ({"verdict": "actioned", "accounts_disabled": "0"}, ["accounts_disabled"]),
    ({"verdict": "actioned", "accounts_disabled": "-1"}, ["accounts_disabled"]),
    ({"verdict": "actioned", "accounts_disabled": "1000001"}, ["accounts_disabled"]),
    ({"verdict": "actioned", "urls_blocked": "one"}, ["urls_blocked"]),
    ({"verdict": "actioned", "accounts_disabled": "1"}, ["policy"]),
    ({**ACTIONED, "report_ids": "12345"}, ["report_ids"]),
    ({**ACTIONED, "reports_ncmec": "1", "report_ids": "12345 67890"}, ["report_ids"]),
    ({**ACTIONED, "reports_ncmec": "1", "report_ids": "no number"}, ["report_ids"]),
    ({"verdict": "dismissed"}, ["dismissed_reason"]),
    ({"verdict": "dismissed", "dismissed_reason": "tired"}, ["dismissed_reason"]),
    ({"verdict": "dismissed", "dismissed_reason": "other"}, ["reason"]),
    ({"verdict": "dismissed", "dismissed_reason": "other", "reason": "  "}, ["reason"]),
    ({**ACTIONED, "policy": "p" * 201}, ["policy"]),
    ({**ACTIONED, "reason": "r" * 1001}, ["reason"]),
    ({**ACTIONED, "reason": "a\x00b"}, ["reason"]),
]


@pytest.mark.parametrize(("typed", "wrong"), FORMS)
def test_the_form_says_what_is_missing(typed: dict[str, Any], wrong: list[str]) -> None:
    assert list(DecisionForm(typed).errors) == wrong


def test_a_long_reason_with_line_ends_of_a_browser_fits(review: Review, as_bob: Client) -> None:
    """A text area sends two characters for each line end; the limit counts one."""
    words = "\r\n".join(["x" * 9] * 100)
    assert as_bob.post(f"/reviews/{review.pk}/decide/", {**ACTIONED, "reason": words}).status_code == 302
    assert len(Decision.objects.get().reason) == 999


def test_a_wrong_form_keeps_the_words_and_the_claim(review: Review, bob: Member, as_bob: Client) -> None:
    answer = as_bob.post(f"/reviews/{review.pk}/decide/", {"verdict": "actioned", "reason": "three accounts"})
    assert answer.status_code == 422
    assert "three accounts" in answer.content.decode()
    assert _now(review).holder == bob


@pytest.mark.parametrize(
    "said",
    [
        {"verdict": "actioned"},
        {"verdict": "actioned", "measures": {}},
        {"verdict": "dismissed", "dismissal": "no_violation", "measures": {"accounts_disabled": 1}},
    ],
)
def test_the_service_refuses_what_does_not_fit(review: Review, bob: Member, said: dict[str, Any]) -> None:
    with pytest.raises(NothingMeasured):
        record_decision(review, by=bob, **said)
    assert (_now(review).state, _now(review).holder) == ("open", bob)


@pytest.mark.parametrize("dismissal", ["", "tired", "other"])
def test_a_dismissal_without_its_reason_is_refused_by_service_and_database(
    review: Review, bob: Member, dismissal: str
) -> None:
    with pytest.raises(ReasonMissing):
        record_decision(review, by=bob, verdict="dismissed", dismissal=dismissal)
    constraint = "decision_tells_words_when_other" if dismissal == "other" else "decision_has_reason_when_dismissed"
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        _insert(review, bob, dismissal=dismissal)
    assert (_now(review).state, Decision.objects.count()) == ("open", 0)


@pytest.mark.parametrize(
    ("said", "constraint"),
    [
        (
            {"verdict": "actioned", "dismissal": "other", "measures": {"referrals": 1}},
            "decision_has_reason_when_dismissed",
        ),
        ({"verdict": "actioned", "measures": {"referrals": 0}}, "measure_counts_something"),
        ({"verdict": "actioned", "measures": {"smiles": 1}}, "measure_unit_is_known"),
    ],
)
def test_the_database_refuses_what_the_service_lets_pass(
    review: Review, bob: Member, said: dict[str, Any], constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        record_decision(review, by=bob, **said)
    assert (_now(review).state, Decision.objects.count()) == ("open", 0)


def _insert(review: Review, by: Member, **more: Any) -> Decision:
    named = {"verdict": "dismissed", "dismissal": "no_violation", **more}
    return Decision.objects.create(review=review, participant=by.participant, decided_by=by, **named)


def _end_of_transaction() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_database_refuses_raw_decisions_that_contradict_themselves(review: Review, bob: Member) -> None:
    with pytest.raises(IntegrityError, match="violates check constraint"), transaction.atomic():
        _insert(review, bob, verdict="maybe", dismissal="")
    with pytest.raises(IntegrityError, match="exactly_when_actioned"), transaction.atomic():
        _insert(review, bob, verdict="actioned", dismissal="")
        _end_of_transaction()
    with pytest.raises(IntegrityError, match="exactly_when_actioned"), transaction.atomic():
        decision = _insert(review, bob)
        Measure.objects.create(decision=decision, participant=bob.participant, unit="referrals", count=1)
        _end_of_transaction()


def test_the_database_lets_a_decision_be_replaced_once(review: Review, bob: Member) -> None:
    first = _insert(review, bob)
    with pytest.raises(IntegrityError, match="first_once_per_review"), transaction.atomic():
        _insert(review, bob)
    second = _insert(review, bob, replaces=first)
    with pytest.raises(IntegrityError, match="replaces"), transaction.atomic():
        _insert(review, bob, replaces=first)
    _insert(review, bob, replaces=second)
    assert Decision.objects.filter(replaced_by__isnull=True).count() == 1


def test_the_decision_that_stands_is_shown(review: Review, bob: Member, as_bob: Client) -> None:
    first = record_decision(review, verdict="dismissed", dismissal="out_of_date", by=bob)
    _insert(review, bob, replaces=first, dismissal="wrong_identity")
    page = as_bob.get(f"/reviews/{review.pk}/").content.decode()
    stands, before = page.split("<h3>Before</h3>")
    assert "Dismissed: wrong identity" in stands
    assert "Dismissed: out of date" not in stands
    assert "Dismissed: out of date" in before


def test_a_lost_lease_keeps_the_words_and_says_who_holds_it(review: Review, bob: Member, as_bob: Client) -> None:
    dana = add_team_member(bob.participant, "dana")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reviews_review SET held_until = now() - interval '1 minute'")
    claims.claim(review, by=dana)
    answer = as_bob.post(f"/reviews/{review.pk}/decide/", {**ACTIONED, "reason": "three accounts of one person"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "three accounts of one person" in page
    assert "Dana holds it now." in page
    assert (Decision.objects.count(), _now(review).holder) == (0, dana)


def test_a_lost_lease_that_nobody_took(review: Review, as_bob: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reviews_review SET held_until = now() - interval '1 minute'")
    answer = as_bob.post(f"/reviews/{review.pk}/decide/", ACTIONED)
    assert (answer.status_code, "Nobody holds it now" in answer.content.decode()) == (409, True)


def test_another_company_decides_for_itself(review: Review, bob: Member, charlie: Member) -> None:
    record_decision(review, verdict="actioned", measures={"accounts_disabled": 1}, by=bob)
    assert Review.objects.filter(participant=charlie.participant).count() == 0
    with pytest.raises(claims.ClaimLost):
        record_decision(review, verdict="dismissed", dismissal="no_violation", by=charlie)


def test_saving_goes_on_to_the_next(review: Review, alice: Member, as_bob: Client) -> None:
    second = share_and_route(alice, value="second@example.com")
    answer = as_bob.post(f"/reviews/{review.pk}/decide/", {**DISMISSED, "then": "next"})
    assert answer["Location"] == f"/reviews/{Review.objects.get(signal=second, holder__isnull=False).pk}/"
    assert signed_in(alice.user).get(answer["Location"]).status_code == 404
