"""What is done with signals: shared, corrected, taken back, expired, marked, held, erased, looked at."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from lantern.lib.tenancy import Scope, acting, acting_as_system
from participants.policies import Action
from reviews.routing import route
from signals.correcting import Word, correct
from signals.erasing import NothingHeld, OnHold, erase_value
from signals.expiring import expire
from signals.holding import lift_hold, place_hold
from signals.models import Contribution, LegalHold, Signal
from signals.models.signal import fingerprint_of
from signals.revealing import reveal
from signals.rows import CheckedRow
from signals.sharing import share_signals
from signals.tightening import WouldLoosen, tighten
from signals.vocabulary import SEVERITIES, TLP
from signals.withdrawing import NothingInForce, withdraw
from tests.hostile.at_random.acting import Acting, members, picked, picks
from tests.hostile.at_random.model import Said, SignalModel, company_of
from tests.world import row

VALUES = ("ana@example.com", "ben@example.com", "cem@example.com")
words = st.fixed_dictionaries(
    {
        "severity": st.sampled_from(sorted(SEVERITIES)),
        "harm_types": st.sampled_from(["grooming", "sextortion", "grooming;trafficking"]),
        "confidence": st.sampled_from(["", "0", "70", "100"]),
        "tlp": st.sampled_from(sorted(TLP)),
        "note": st.sampled_from(["", "a note"]),
    }
)


class Sharing(Acting):
    """Rules of signals."""

    @initialize(word=words, other=words)
    def begin_with_two(self, word: dict[str, str], other: dict[str, str]) -> None:
        """No story begins with nothing."""
        self.share_one("northwind.analyst", "all", VALUES[0], word)
        self.share_one("cloudnine.lead", "pair", VALUES[1], other)
        self.route()

    @rule(pick=picks, group=st.sampled_from(["all", "pair"]), value=st.sampled_from(VALUES), word=words)
    def share(self, pick: int, group: str, value: str, word: dict[str, str]) -> None:
        self.share_one(self.somebody(pick, group=group), group, value, word)
        if pick % 3:
            self.route()

    def route(self) -> None:
        """What is due is routed now."""
        route()
        self.portal.route()

    def share_one(self, name: str, group: str, value: str, word: dict[str, str]) -> None:
        """One member's word."""
        with self.acting_as(name) as by:
            if not self.may(by, name, Action.SHARE_SIGNALS, group):
                return
            place, checked = self.cast.groups[group], row(value=value, **word)
            with self.event("signal.shared", by.user_id):
                told = share_signals([checked], group=place, by=by)
            signal = Signal.objects.get(fingerprint=fingerprint_of(place.pk, "email", "", value))
        known = self.portal.known_in(group, value)
        others = set(known.words) - {company_of(name)} if known else set()
        wanted = "already_yours" if known and company_of(name) in known.words else "corroborated" if others else "new"
        assert {outcome.value for outcome, number in told.items() if number} == {wanted}
        assert known is None or known.key == signal.pk
        self._said(name, known or SignalModel(signal.pk, group, value), checked)

    @precondition(lambda self: self.said)
    @rule(pick=picks, word=words)
    def correct(self, pick: int, word: dict[str, str]) -> None:
        name = self.somebody(pick, company=picked(pick, self.said)[0])
        found = self._own(name, pick)
        if found is None:
            return
        signal, before = found
        said = row(**word)
        with self.acting_as(name) as by:
            if not self.may(by, name, Action.SHARE_SIGNALS):
                return
            facts = (list(said.harm_types), said.severity, said.confidence, timezone.now(), "", said.note, said.tlp)
            with self.event("contribution.corrected", by.user_id):
                correct(Contribution.objects.get(pk=before.key), Word(*facts), by=by)
        self._said(name, signal, said, is_overdue=before.is_overdue)

    @precondition(lambda self: self.said)
    @rule(pick=picks)
    def withdraw(self, pick: int) -> None:
        name = self.somebody(pick, company=picked(pick, self.said)[0])
        found = self._own(name, pick)
        if found is None or not self.portal.may_look(name):
            return
        signal, word = found
        with self.acting_as(name) as by, self.event("contribution.withdrawn", by.user_id):
            withdraw(Contribution.objects.get(pk=word.key), reason="mistake", by=by)
        self.portal.end(signal, company_of(name))
        self.portal.withdrawn += 1

    @precondition(lambda self: self.said)
    @rule(name=members, pick=picks)
    def withdraw_what_is_another_s(self, name: str, pick: int) -> None:
        others = [word for company, _, word in self.said if company != company_of(name)]
        if others:
            with acting_as_system():
                foreign = Contribution.objects.get(pk=picked(pick, others).key)
            with self.acting_as(name) as by, self.refusal(NothingInForce):
                withdraw(foreign, reason="mistake", by=by)

    @precondition(lambda self: self.said)
    @rule(pick=picks)
    def grow_old(self, pick: int) -> None:
        company, signal, word = picked(pick, self.said)
        signal.words[company] = replace(word, is_overdue=True)
        with acting_as_system():
            Contribution.objects.filter(pk=word.key).update(expires_at=timezone.now() - timedelta(days=1))

    @precondition(lambda self: any(word.is_overdue for _, _, word in self.said))
    @rule()
    def expire(self) -> None:
        free = [each for each in self.portal.signals.values() if not each.holds]
        due = [(each, company) for each in free for company, word in each.words.items() if word.is_overdue]
        with self.event("contribution.expired", None, times=bool(due)):
            expire()
        for signal, company in due:
            self.portal.end(signal, company)
            self.portal.expired += 1

    @precondition(lambda self: self.said)
    @rule(pick=picks, tlp=st.integers(1, 4))
    def tighten(self, pick: int, tlp: int) -> None:
        name = self.somebody(pick)
        with self.acting_as(name) as by:
            signal = self._seen_signal(by, name, pick)
            if signal is None:
                return
            if tlp < signal.tlp:
                with self.refusal(WouldLoosen):
                    tighten(signal, tlp=tlp, by=by)
            else:
                with self.event("handling.tightened", by.user_id):
                    tighten(signal, tlp=tlp, by=by)

    @precondition(lambda self: self.said)
    @rule(pick=picks)
    def reveal(self, pick: int) -> None:
        name = self.somebody(pick)
        with self.acting_as(name) as by:
            signal = self._seen_signal(by, name, pick)
            if signal is not None:
                with self.event("signal.revealed", by.user_id):
                    shown = reveal(signal, by=by, why="signal")
                assert shown == self.portal.signals[signal.pk].value

    @precondition(lambda self: not any(signal.holds for signal in self.portal.signals.values()))
    @rule(pick=picks)
    def hold(self, pick: int) -> None:
        signal = picked(pick, list(self.portal.signals.values()))
        staff = self.cast.staff
        with acting(Scope.STAFF, user_id=staff.pk), self.event("legal_hold.placed", staff.pk):
            hold = place_hold(signal_id=signal.key, reason="order 1", by=staff)
        signal.holds.add(hold.pk)

    @precondition(lambda self: any(signal.holds for signal in self.portal.signals.values()))
    @rule(pick=picks)
    def lift(self, pick: int) -> None:
        holds = [(signal, hold) for signal in self.portal.signals.values() for hold in sorted(signal.holds)]
        signal, key = picked(pick, holds)
        staff = self.cast.staff
        with acting(Scope.STAFF, user_id=staff.pk), self.event("legal_hold.lifted", staff.pk):
            lift_hold(LegalHold.objects.get(pk=key), because="order 2", by=staff)
        self.portal.lift(signal, key)

    @precondition(lambda self: len(self.said) > 2)
    @rule(value=st.sampled_from(VALUES))
    def erase(self, value: str) -> None:
        found = [each for each in self.portal.signals.values() if each.value == value and not each.is_erased]
        staff: Any = self.cast.staff
        with acting(Scope.STAFF, user_id=staff.pk):
            if not found or any(each.holds for each in found):
                with self.refusal(NothingHeld if not found else OnHold):
                    erase_value(kind="email", value=value, case="case 1", by=staff)
                return
            with self.event("signal.erased", staff.pk):
                erase_value(kind="email", value=value, case="case 1", by=staff)
        for signal in found:
            self.portal.withdrawn += len(signal.words)
            for company in list(signal.words):
                self.portal.end(signal, company)
            signal.has_value, signal.is_erased = False, True

    @property
    def said(self) -> list[tuple[str, SignalModel, Said]]:
        """Every word in force: by which company, and on which signal."""
        return [(company, each, word) for each in self.portal.signals.values() for company, word in each.words.items()]

    def _own(self, name: str, pick: int) -> tuple[SignalModel, Said] | None:
        """A word of the member's own company, if it has one."""
        company = company_of(name)
        own = [(each, each.words[company]) for each in self.portal.signals.values() if company in each.words]
        return picked(pick, own) if own else None

    def _seen_signal(self, by: Any, name: str, pick: int) -> Signal | None:
        """A signal that the member sees, as a page finds it."""
        seen = list(Signal.objects.visible_to(by).order_by("pk"))
        return picked(pick, seen) if seen and self.may(by, name, Action.VIEW_SIGNALS) else None

    def _said(self, name: str, signal: SignalModel, said: CheckedRow, *, is_overdue: bool = False) -> None:
        """Note the word that the member's company has in force now."""
        own = {"signal": signal.key, "participant": self.cast.members[name].participant_id}
        with acting_as_system():
            key = Contribution.objects.in_force().get(**own).pk
        facts = (said.severity, frozenset(said.harm_types), said.confidence, said.tlp)
        self.portal.say(signal, company_of(name), Said(key, *facts, is_overdue))
