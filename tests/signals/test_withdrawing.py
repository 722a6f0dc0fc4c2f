"""What is taken back or corrected, and what is left of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from audit.models import AuditEvent
from lantern.lib.tenancy import Scope, acting
from participants.models import Member
from signals import withdrawing
from signals.correcting import NotInForce, Word, correct
from signals.disputing import mark_disputed
from signals.ending import end_contributions
from signals.holding import lift_hold, place_hold
from signals.models import Contribution, Signal, Upload, Withdrawal
from signals.models.signal import ValueNotHeld
from signals.withdrawing import NothingInForce, ReasonMissing, StillRunning, carry_on, withdraw, withdraw_everything
from tests.signals.ended import Killed, as_it_is, file_of, own_word
from tests.world import share, upload

pytestmark = pytest.mark.django_db


def test_the_last_withdrawal_takes_the_value_with_it(alice: Member, bob: Member, told: list[Any]) -> None:
    signal = share(alice, note="first", severity="critical")
    share(alice, note="second", severity="critical")
    share(bob, note="third", severity="low")
    withdraw(own_word(alice, signal), reason="wrong_identity", by=alice)
    there = as_it_is(signal)
    assert (there.contributor_count, there.severity, there.value is None) == (1, 1, False)
    assert set(Signal.objects.visible_to(bob)) == {signal}
    withdraw(own_word(bob, signal), reason="mistake", by=bob)
    left = as_it_is(signal)
    assert (left.contributor_count, left.value, left.masked_value) == (0, None, "(ended)")
    assert not Contribution.objects.exclude(note=None).exists()
    assert not Signal.objects.visible_to(bob).exists()
    assert set(Signal.objects.known_to(bob)) == {signal}
    with pytest.raises(ValueNotHeld):
        _ = left.shown_value
    assert told == [
        {"signals": [signal.pk], "ended": [], "why": "wrong_identity"},
        {"signals": [signal.pk], "ended": [signal.pk], "why": "mistake"},
    ]
    reasons = Contribution.objects.filter(state="withdrawn").order_by("ended_at", "pk").values_list("end_reason")
    assert sorted(reasons) == [("mistake",), ("wrong_identity",)]


def test_a_withdrawal_needs_a_reason_and_words_for_another_one(alice: Member) -> None:
    own = own_word(alice, share(alice))
    for reason, words in (("", ""), ("because", "x"), ("departed", "x"), ("other", "")):
        with pytest.raises(ReasonMissing):
            withdraw(own, reason=reason, words=words, by=alice)
    made = withdraw(own, reason="other", words="told us so", by=alice)
    assert (made.shown_words, b"told" in bytes(made.words or b"")) == ("told us so", False)
    with pytest.raises(NothingInForce):
        withdraw(own, reason="mistake", by=alice)


def test_nobody_withdraws_what_another_company_said(alice: Member, bob: Member) -> None:
    signal = share(alice, incident="case 1")
    share(bob)
    theirs = own_word(alice, signal)
    for target in (theirs, theirs.incident):
        assert target is not None
        with pytest.raises(NothingInForce):
            withdraw(target, reason="mistake", by=bob)
    assert as_it_is(signal).contributor_count == 2


def test_an_incident_and_an_upload_are_withdrawn_whole(alice: Member, bob: Member) -> None:
    of_case = [share(alice, value=f"a{number}@example.com", incident="case 1") for number in range(3)]
    other = share(alice, value="other@example.com", incident="case 2")
    incident = own_word(alice, of_case[0]).incident
    assert incident is not None
    made = withdraw(incident, reason="out_of_date", by=alice)
    made.refresh_from_db()
    assert (made.ended, made.finished_at is not None) == (3, True)
    assert set(Signal.objects.visible_to(bob)) == {other}
    file = upload(alice, file_of(4), share=True)
    withdraw(file, reason="mistake", by=alice)
    assert set(Signal.objects.visible_to(bob)) == {other}
    event = AuditEvent.objects.filter(event="contribution.withdrawn").latest("id")
    assert event.details == {"reason": "mistake", "what": "upload", "contributions": 4}


def test_an_upload_that_is_not_shared_is_not_withdrawn(alice: Member) -> None:
    with pytest.raises(StillRunning):
        withdraw(upload(alice, file_of(1)), reason="mistake", by=alice)


def test_a_withdrawal_that_died_is_carried_on_and_doubles_nothing(
    alice: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(withdrawing, "SLICE", 3)
    file = upload(alice, file_of(10), share=True)
    made = withdraw(file, reason="mistake", by=alice)
    real = end_contributions
    with monkeypatch.context() as patched:

        def dying(*args: Any, **kwargs: Any) -> Any:
            real(*args, **kwargs)
            raise Killed

        patched.setattr(withdrawing, "end_contributions", dying)
        with pytest.raises(Killed), transaction.atomic():
            carry_on(made.pk)
    assert Contribution.objects.in_force().count() == 7
    for _ in range(2):
        carry_on(made.pk)
    made.refresh_from_db()
    assert (made.ended, Contribution.objects.in_force().count()) == (10, 0)
    assert Contribution.objects.filter(state="withdrawn").count() == 10
    assert AuditEvent.objects.filter(event="contribution.withdrawn").count() == 1


def test_a_withdrawal_leaves_what_is_shared_later(alice: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(withdrawing, "SLICE", 1)
    share(alice, value="a@example.com", incident="case 1")
    signal = share(alice, value="b@example.com", incident="case 1")
    incident = own_word(alice, signal).incident
    assert incident is not None
    made = withdraw(incident, reason="mistake", by=alice)
    later = share(alice, value="c@example.com", incident="case 1")
    Contribution.objects.filter(signal=later).update(shared_at=timezone.now() + timedelta(seconds=1))
    carry_on(made.pk)
    assert set(Signal.objects.visible_to(alice)) == {later}


def test_leaving_ends_everything_of_a_participant(alice: Member, bob: Member) -> None:
    mine, both = share(alice, value="a@example.com"), share(alice, value="b@example.com")
    share(bob, value="b@example.com")
    withdraw_everything(alice.participant)
    assert (as_it_is(mine).value, as_it_is(both).contributor_count) == (None, 1)
    assert set(Contribution.objects.filter(state="withdrawn").values_list("end_reason", flat=True)) == {"departed"}
    assert withdraw_everything(alice.participant) is None


def test_an_ended_signal_lives_again_in_its_own_row(alice: Member, bob: Member) -> None:
    signal = share(alice)
    withdraw(own_word(alice, signal), reason="mistake", by=alice)
    again = share(bob, value="MIRA@example.com")
    assert again.pk == signal.pk
    assert (again.plain_value, again.contributor_count) == ("mira@example.com", 1)
    assert set(Signal.objects.visible_to(alice)) == {signal}


def test_the_database_wants_a_value_for_what_is_shared(alice: Member) -> None:
    signal = share(alice)
    with pytest.raises(IntegrityError, match="signal_has_value_while_it_is_shared"), transaction.atomic():
        Signal.objects.filter(pk=signal.pk).update(value=None)


def test_a_correction_takes_the_place_of_the_word_before(alice: Member, bob: Member, told: list[Any]) -> None:
    signal = share(alice, severity="low", note="first", incident="case 1", tlp="GREEN")
    old = own_word(alice, signal)
    word = Word(["trafficking"], 4, 80, old.observed_at, "P 1", "second", 3)
    new = correct(old, word, by=alice)
    assert (new.shown_note, new.incident, new.expires_at) == ("second", old.incident, old.expires_at)
    there = as_it_is(signal)
    assert (there.severity, there.tlp, there.harm_types, there.contributor_count) == (4, 3, ["trafficking"], 1)
    old.refresh_from_db()
    assert (old.state, old.shown_note, old.end_reason) == ("superseded", "first", "")
    assert told == [{"signals": [signal.pk], "ended": [], "why": "corrected"}]
    event = AuditEvent.objects.latest("id")
    assert event.event == "contribution.corrected"
    assert event.details == {"fields": ["harm_types", "severity", "confidence", "policy", "note", "tlp"]}
    for stale, by in ((old, alice), (new, bob)):
        with pytest.raises(NotInForce):
            correct(stale, word, by=by)


def test_disputed_is_told_by_a_narrow_call(alice: Member) -> None:
    signal = share(alice)
    assert [mark_disputed([signal.pk], is_disputed=True) for _ in range(2)] == [1, 0]
    assert as_it_is(signal).is_disputed
    withdraw(own_word(alice, signal), reason="mistake", by=alice)
    assert not as_it_is(signal).is_disputed
    assert mark_disputed([signal.pk], is_disputed=True) == 0


def test_a_member_ends_things_behind_its_wall(alice: Member, bob: Member) -> None:
    """As the member, not as the portal: the last contribution of a signal with another's history."""
    signal = share(bob, note="theirs")
    withdraw(own_word(bob, signal), reason="mistake", by=bob)
    share(alice)
    with acting(Scope.MEMBER, participant_id=alice.participant_id, user_id=alice.user_id):
        made = withdraw(own_word(alice, signal), reason="mistake", by=alice)
        assert Withdrawal.objects.visible_to(alice).get() == made
        assert Upload.objects.count() == 0
    assert as_it_is(signal).value is None
    with acting(Scope.MEMBER, participant_id=bob.participant_id, user_id=bob.user_id):
        assert not Withdrawal.objects.filter(participant=alice.participant).exists()


def test_notes_of_words_that_were_replaced_go_with_the_last_one(alice: Member, bob: Member, sam: User) -> None:
    """Of a company that has taken back what it said no note is kept, whoever else still says something."""
    signal = share(alice, note="first")
    share(bob, note="theirs")
    share(bob, note="theirs again")
    old = own_word(alice, signal)
    correct(old, Word(["other"], 2, 50, old.observed_at, "", "second", 2), by=alice)
    assert _notes(signal) == {"first", "second", "theirs", "theirs again"}
    hold = place_hold(signal_id=signal.pk, reason="order 1", by=sam)
    withdraw(own_word(alice, signal), reason="mistake", by=alice)
    assert _notes(signal) == {"first", "second", "theirs", "theirs again"}
    lift_hold(hold, because="order 2", by=sam)
    assert _notes(signal) == {"theirs", "theirs again"}
    share(alice, note="once more")
    share(alice, note="and again")
    withdraw(own_word(alice, signal), reason="mistake", by=alice)
    assert _notes(signal) == {"theirs", "theirs again"}
    assert as_it_is(signal).plain_value == "mira@example.com"


def _notes(signal: Signal) -> set[str]:
    return {said.shown_note for said in Contribution.objects.filter(signal=signal, note__isnull=False)}
