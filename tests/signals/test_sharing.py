"""What a signal says about itself follows from what companies say about it."""

import pytest
from django.db import connection

from audit.models import AuditEvent
from audit.record import PORTAL
from participants.models import Member
from participants.services import default_group
from signals.models import Contribution, Incident, Outcome, Signal
from signals.sharing import share_signals
from tests.world import add_closed_group, row, share

pytestmark = pytest.mark.django_db


def _share(by: Member, **fields: str) -> list[Outcome]:
    outcomes = share_signals([row(**fields)], group=default_group(by=PORTAL), by=by)
    return [outcome for outcome, count in outcomes.items() for _ in range(count)]


def test_outcomes_of_one_signal(alice: Member, bob: Member) -> None:
    assert _share(alice) == [Outcome.NEW]
    assert _share(bob, value="MIRA@Example.com") == [Outcome.CORROBORATED]
    assert _share(alice, value=" mira@EXAMPLE.com ") == [Outcome.ALREADY_YOURS]
    assert Signal.objects.get().contributor_count == 2


def test_several_at_once_and_duplicates_among_them(alice: Member) -> None:
    rows = [row(), row(value="MIRA@example.com"), row(value="noor@example.com")]
    outcomes = share_signals(rows, group=default_group(by=PORTAL), by=alice)
    assert (outcomes[Outcome.NEW], outcomes[Outcome.DUPLICATE], sum(outcomes.values())) == (2, 1, 3)
    assert AuditEvent.objects.filter(event="signal.shared").count() == 2


def test_a_later_word_supersedes_and_stays_as_history(alice: Member) -> None:
    share(alice, severity="critical", note="first")
    signal = share(alice, severity="low", note="second", harm_types="sextortion")
    old, new = signal.contributions.order_by("pk")
    assert (old.state, old.ended_at is not None, old.shown_note) == ("superseded", True, "first")
    assert (new.state, new.ended_at, new.shown_note) == ("in_force", None, "second")
    assert (signal.severity, signal.harm_types, signal.contributor_count) == (1, ["sextortion"], 1)


def test_derived_columns_are_those_of_all_in_force(alice: Member, bob: Member) -> None:
    share(alice, severity="low", tlp="RED", harm_types="grooming", confidence="20")
    signal = share(bob, severity="high", tlp="GREEN", harm_types="trafficking;grooming", confidence="70")
    assert (signal.severity, signal.tlp, signal.confidence, signal.contributor_count) == (3, 4, 70, 2)
    assert set(signal.harm_types) == {"grooming", "trafficking"}
    signal = share(bob, severity="medium", tlp="AMBER", harm_types="other")
    assert (signal.severity, signal.tlp, signal.confidence, signal.contributor_count) == (2, 4, 20, 2)
    assert set(signal.harm_types) == {"grooming", "other"}


def test_the_same_value_on_two_services_is_two_signals(alice: Member) -> None:
    for service in ("harbor", "pixelforge", "HARBOR "):
        share(alice, kind="username", value="mira", service=service)
    assert Signal.objects.count() == 2


def test_groups_do_not_know_of_each_other(alice: Member, bob: Member) -> None:
    """The same value in a closed group is a signal of its own, and new there."""
    share(alice)
    closed = add_closed_group("pair", bob.participant)
    outcomes = share_signals([row()], group=closed, by=bob)
    assert outcomes[Outcome.NEW] == 1
    first, second = Signal.objects.all()
    assert first.fingerprint != second.fingerprint
    assert set(Signal.objects.visible_to(alice)) == {
        signal for signal in (first, second) if signal.sharing_group != closed
    }


def test_incidents_of_two_companies_with_one_reference_stay_apart(alice: Member, bob: Member) -> None:
    share(alice, value="a@example.com", incident="case 1")
    share(alice, value="b@example.com", incident="case 1")
    share(bob, value="a@example.com", incident="case 1")
    assert Incident.objects.count() == 2
    assert Contribution.objects.filter(participant=alice.participant).values("incident").distinct().count() == 1
    assert {incident.shown_reference for incident in Incident.objects.all()} == {"case 1"}


def test_nothing_is_stored_in_the_clear(alice: Member) -> None:
    signal = share(alice, note="seen near the harbour", incident="case 77")
    contribution = signal.contributions.get()
    assert contribution.incident is not None
    for sealed in (signal.value, contribution.note, contribution.incident.reference):
        assert sealed is not None
        for plain in (b"mira", b"example", b"harbour", b"case"):
            assert plain not in bytes(sealed)


def test_what_is_in_force_is_found_by_its_signal_whatever_statistics_say() -> None:
    """After a large upload is taken back they know of next to none in force: an index of those in force that does not
    begin with the signal would then be read whole, for each signal that is merged or routed.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.indexrelid::regclass::text, a.attname FROM pg_index i"
            " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]"
            " WHERE i.indrelid = 'signals_contribution'::regclass AND pg_get_expr(i.indpred, i.indrelid) LIKE '%state%'"
        )
        firsts = dict(cursor.fetchall())
    assert firsts == {"contribution_in_force_is_one_per_participant_and_signal": "signal_id"}
