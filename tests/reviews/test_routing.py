"""Routing: which signals enter whose queue, and how urgently."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from audit.record import PORTAL
from lantern.lib.tenancy import Scope, acting
from participants.models import Member, Participant, ParticipantState
from participants.services import move_participant
from reviews import claims
from reviews.deciding import record_decision
from reviews.models import Review
from reviews.routing import priorities_of, route
from signals.kinds import KINDS
from signals.models import Contribution, Signal
from signals.vocabulary import SEVERITIES, Severity
from signals.withdrawing import withdraw
from tests.world import add_closed_group, add_company, add_team_member, bring_to, share, share_and_route

pytestmark = pytest.mark.django_db


def _routed(company: Participant) -> int:
    return Review.objects.filter(participant=company).count()


def test_one_review_per_participant_and_signal_however_often(alice: Member, bob: Member, meridian: Participant) -> None:
    share_and_route(alice)
    assert route() == 0
    Signal.objects.update(routing_due=True)
    assert route() == 0
    share_and_route(alice)
    assert sorted(Review.objects.values_list("participant__slug", flat=True)) == ["harbor", "meridian"]


def test_never_its_own(alice: Member, bob: Member) -> None:
    share(alice)
    share(bob)
    route()
    assert Review.objects.count() == 0


def test_a_review_follows_its_signal_when_its_reader_shares_it_too(alice: Member, bob: Member) -> None:
    share_and_route(alice, severity="low")
    share_and_route(bob, severity="critical")
    review = Review.objects.get(participant=bob.participant)
    assert review.signal.severity == SEVERITIES["critical"].rank
    assert review.priority == 402, "critical, shared by two"


@pytest.mark.parametrize("severity", SEVERITIES.values(), ids=lambda row: row.name)
@pytest.mark.parametrize("service", ["", "harbor"])
@pytest.mark.parametrize("companies", [1, 99, 100, 5_000])
def test_a_priority_tells_the_severity(
    alice: Member, harbor: Participant, severity: Severity, service: str, companies: int
) -> None:
    kind = "username" if service else "email"
    value = "mira" if service else "mira@example.com"
    signal = share(alice, severity=severity.name, value=value, kind=kind, service=service)
    Signal.objects.filter(pk=signal.pk).update(contributor_count=companies)
    route()
    priority = Review.objects.get(participant=harbor).priority
    assert [row.rank for row in SEVERITIES.values() if priority in priorities_of(row.rank)] == [severity.rank]


@pytest.mark.parametrize("state", [state for state in ParticipantState if state != ParticipantState.ACTIVE])
def test_only_active_participants_get_reviews(alice: Member, state: ParticipantState) -> None:
    bring_to(add_company("pixelforge", active=False), state)
    share_and_route(alice)
    assert Review.objects.count() == 0


def test_a_closed_group_stays_closed(alice: Member, bob: Member, meridian: Participant) -> None:
    share(alice, group=add_closed_group("pair", alice.participant, bob.participant))
    route()
    assert [review.participant_id for review in Review.objects.all()] == [bob.participant_id]


def test_hashes_and_words_are_for_matching_not_for_people(alice: Member, harbor: Participant) -> None:
    values = {
        "email": "a@example.com", "phone": "+12025550143", "username": "mira", "account_id": "1001",
        "payment_handle": "$mira", "url": "https://files.example/1", "domain": "files.example", "keyword": "a phrase",
        "md5": "1f" * 16, "sha1": "1f" * 20, "sha256": "1f" * 32,
        "pdq": "1f" * 32, "photodna": "1f" * 144, "video_md5": "2f" * 16,
    }  # fmt: skip
    assert values.keys() == KINDS.keys()
    for kind, value in values.items():
        share(alice, kind=kind, value=value, service="pixelforge" if KINDS[kind].needs_service else "")
    route()
    read = set(Review.objects.values_list("signal__kind", flat=True))
    assert read == {"email", "phone", "username", "account_id", "payment_handle", "url"}


def test_my_service_weighs_more_than_severity_and_severity_more_than_company(alice: Member, bob: Member) -> None:
    others = [add_team_member(add_company(f"company-{number}"), "ana") for number in range(3)]
    mine = share(alice, kind="username", value="mira", service="harbor", severity="low")
    grave = share(alice, value="grave@example.com", severity="critical")
    confirmed = share(alice, value="confirmed@example.com", severity="high")
    for other in others:
        share(other, value="confirmed@example.com", severity="high")
    plain = share(alice, value="plain@example.com", severity="high")
    route()
    order = list(Review.objects.visible_to(bob).due().values_list("signal", flat=True))
    assert order == [mine.pk, grave.pk, confirmed.pk, plain.pk]


def test_corroboration_raises_open_reviews_only(alice: Member, bob: Member, charlie: Member) -> None:
    share_and_route(alice)
    decided = claims.claim_next(by=charlie)
    assert decided is not None
    record_decision(decided, verdict="dismissed", dismissal="no_violation", by=charlie)
    before = dict(Review.objects.values_list("participant__slug", "priority"))
    dana = add_team_member(add_company("pixelforge"), "dana")
    share(dana, severity="critical")
    route()
    after = dict(Review.objects.values_list("participant__slug", "priority"))
    assert after["harbor"] > before["harbor"]
    assert after["meridian"] == before["meridian"]
    assert Review.objects.count() == 2


def test_everything_due_is_routed_in_slices(alice: Member, bob: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reviews.routing.SLICE_SIGNALS", 2)
    for number in range(5):
        share(alice, value=f"person{number}@example.com")
    assert route() == 5
    assert not Signal.objects.filter(routing_due=True).exists()


def test_what_was_missed_while_read_only_is_routed_on_return(alice: Member, bob: Member) -> None:
    """And nothing is decided meanwhile, in the database either."""
    before = share_and_route(alice, value="before@example.com")
    review = claims.claim_next(by=bob)
    assert review is not None
    move_participant(bob.participant, to=ParticipantState.READ_ONLY, by=PORTAL, reason="a reason")
    missed = share_and_route(alice, value="missed@example.com")
    assert not Review.objects.filter(participant=bob.participant, signal=missed).exists()
    tenant = acting(Scope.MEMBER, participant_id=bob.participant_id, user_id=bob.user_id)
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic(), tenant:
        record_decision(review, verdict="dismissed", dismissal="no_violation", by=bob)
    move_participant(bob.participant, to=ParticipantState.ACTIVE, by=PORTAL)
    route()
    own = Review.objects.filter(participant=bob.participant)
    assert set(own.values_list("signal", flat=True)) == {before.pk, missed.pk}


def _stop(company: Participant) -> None:
    move_participant(company, to=ParticipantState.SUSPENDED, by=PORTAL, reason="a reason")


def _return(company: Participant) -> None:
    move_participant(company, to=ParticipantState.ACTIVE, by=PORTAL, reason="a reason")


def test_what_was_not_routed_yet_when_it_stopped_is_routed_on_return(alice: Member, bob: Member) -> None:
    share(alice)
    _stop(bob.participant)
    route()
    _return(bob.participant)
    route()
    assert Review.objects.get().participant == bob.participant


def test_what_others_still_share_is_routed_on_return_where_one_s_own_word_has_ended(alice: Member, bob: Member) -> None:
    signal = share(alice)
    share_and_route(bob)
    long_before = timezone.now() - timedelta(days=90)
    Contribution.objects.update(shared_at=long_before)
    Signal.objects.update(last_shared_at=long_before)
    _stop(bob.participant)
    withdraw(Contribution.objects.get(signal=signal, participant=bob.participant), reason="mistake", by=bob)
    # The end of a contribution has the time of its transaction, which here is the test's.
    Contribution.objects.filter(participant=bob.participant).update(ended_at=timezone.now())
    route()
    assert Review.objects.count() == 0
    _return(bob.participant)
    route()
    assert Review.objects.get().participant == bob.participant
