"""What staff and admins do: companies stop and return, members go and come back."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from lantern.lib.tenancy import Scope, acting
from participants.lifecycle import IllegalMove
from participants.members import NotActive, StillActive, readmit_member, remove_member
from participants.models import Participant, ParticipantState, Role
from participants.policies import Action, can
from participants.services import move_participant
from tests.hostile.at_random.acting import Acting, members, picked, picks
from tests.hostile.at_random.model import GROUP_OF, company_of

FEW = 3  # members gone at a time, so that somebody is left to do something
MOVES = {
    "active": {"read_only", "suspended"},
    "read_only": {"active", "suspended"},
    "suspended": {"active", "read_only"},
}


class Programme(Acting):
    """Rules of participants and members."""

    @rule(company=st.sampled_from(GROUP_OF["all"]), to=st.sampled_from(["read_only", "suspended"]))
    def stop(self, company: str, to: str) -> None:
        self._move(company, to)

    @precondition(lambda self: set(self.portal.states.values()) != {"active"})
    @rule(pick=picks)
    def let_back(self, pick: int) -> None:
        self._move(picked(pick, [slug for slug, state in self.portal.states.items() if state != "active"]), "active")

    def _move(self, company: str, to: str) -> None:
        staff = self.cast.staff
        with acting(Scope.STAFF, user_id=staff.pk):
            found = Participant.objects.get(pk=self.cast.companies[company].pk)
            wanted: dict[str, Any] = {"to": ParticipantState(to), "by": staff, "reason": "a reason"}
            if to not in MOVES[self.portal.states[company]]:
                with self.refusal(IllegalMove):
                    move_participant(found, **wanted)
                return
            with self.event("participant.moved", staff.pk):
                move_participant(found, **wanted)
        self.portal.states[company] = to

    @precondition(lambda self: len(self.portal.removed) < FEW)
    @rule(name=members)
    def remove(self, name: str) -> None:
        admin = f"{company_of(name)}.admin"
        with self.acting_as(admin) as by:
            if name == admin or not can(by, Action.MANAGE_MEMBERS):
                return
            member = self.member(name)
            if name in self.portal.removed:
                with self.refusal(NotActive):
                    remove_member(member, by=by)
                return
            given_back = self.portal.held(name)
            with self.event("member.removed", by.user_id, also={"review.released": len(given_back)}):
                remove_member(member, by=by)
        self.portal.removed.add(name)
        for review in given_back:
            review.free()

    @precondition(lambda self: self.portal.removed)
    @rule(name=members, pick=picks)
    def readmit(self, name: str, pick: int) -> None:
        name = picked(pick, sorted(self.portal.removed)) if pick % 5 else name
        admin = f"{company_of(name)}.admin"
        with self.acting_as(admin) as by:
            if name == admin or not can(by, Action.MANAGE_MEMBERS):
                return
            member = self.member(name)
            if name not in self.portal.removed:
                with self.refusal(StillActive):
                    readmit_member(member, role=Role(member.role), by=by)
                return
            with self.event("member.readmitted", by.user_id):
                readmit_member(member, role=Role(member.role), by=by)
        self.portal.removed.discard(name)
