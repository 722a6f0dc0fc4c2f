"""How the machine acts: as a member behind row-level security, after the policy was asked, with its event counted."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, TypeVar

from django.db import transaction
from django.test import override_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from accounts.models import User
from audit.models import AuditEvent
from lantern.lib.tenancy import Scope, acting, acting_as_system
from participants.models import Member, Participant, SharingGroup
from participants.policies import Action, can
from tests.hostile.at_random.model import GROUP_OF, PortalModel, company_of

ROLES = ("analyst", "lead", "admin")
MEMBERS = [f"{company}.{role}" for company in GROUP_OF["all"] for role in ROLES]
# What the portal does by itself when somebody's act has consequences; all else is one event of whoever acted.
CONSEQUENCES = {"review.signals_ended", "review.released", "review.settled", "feedback.sent"}

T = TypeVar("T")
members = st.sampled_from(MEMBERS)
# Numbers that are spread evenly: what is drawn as a number tends to be a small one.
picks = st.integers(0, 9_999).map(lambda number: number * 7_919 % 10_007)


@dataclass(frozen=True)
class Cast:
    """Who and what is there when a story begins. A member is called `harbor.lead`."""

    members: Mapping[str, Member]
    companies: Mapping[str, Participant]
    groups: Mapping[str, SharingGroup]
    staff: User


def picked(number: int, among: Sequence[T]) -> T:
    """One of them; the same for the same number."""
    return among[number % len(among)]


class Acting(RuleBasedStateMachine):
    """One story: it begins with nothing shared, and everything is taken back at its end."""

    cast: ClassVar[Cast]
    happened: ClassVar[Counter[str]] = Counter()  # in all stories, by event

    def __init__(self) -> None:
        super().__init__()
        self.portal = PortalModel()
        self._story = transaction.atomic()
        self._story.__enter__()
        self._window = override_settings(UNDO_WINDOW=timedelta(hours=1))
        self._window.enable()

    @initialize(can_undo=st.booleans())
    def begin(self, can_undo: bool) -> None:
        """In some stories every decision is final at once, in the others nothing is before its end."""
        self.can_undo = can_undo
        self._window.disable()
        self._window = override_settings(UNDO_WINDOW=timedelta(hours=can_undo))
        self._window.enable()

    def teardown(self) -> None:
        """As if it had not been."""
        self._window.disable()
        transaction.set_rollback(True)
        self._story.__exit__(None, None, None)

    @property
    def workers(self) -> list[str]:
        """The members who may share and decide now."""
        return [name for name in MEMBERS if self.portal.may_work(name)]

    def somebody(self, pick: int, *, company: str = "", group: str = "all") -> str:
        """Mostly somebody who may work, there; now and then whoever comes by."""
        places = [company] if company else GROUP_OF[group]
        fitting = [name for name in self.workers if company_of(name) in places]
        return picked(pick, fitting if fitting and pick % 10 else MEMBERS)

    def member(self, name: str) -> Member:
        """The member as a request finds it now."""
        known = self.cast.members[name]
        return Member.objects.select_related("user", "participant__auth_group").get(pk=known.pk)

    @contextmanager
    def acting_as(self, name: str) -> Iterator[Member]:
        """As the gate does it, with the member's own rows read behind the walls."""
        known = self.cast.members[name]
        with acting(Scope.MEMBER, participant_id=known.participant_id, user_id=known.user_id):
            yield self.member(name)

    def may(self, by: Member, name: str, action: Action, group: str | None = None) -> bool:
        """Whether the policy lets the member; the model must say the same."""
        asked = can(by, action, self.cast.groups[group] if group else None)
        stands = self.portal.may_look(name) if action == Action.VIEW_SIGNALS else self.portal.may_work(name)
        assert asked == (stands and (group is None or company_of(name) in GROUP_OF[group])), (name, action, group)
        return asked

    @contextmanager
    def event(
        self, name: str, user_id: int | None, *, times: int = 1, also: Mapping[str, int] | None = None
    ) -> Iterator[None]:
        """Whoever acts leaves this event and no other (but `also`); the portal leaves what follows from it."""
        before = _last_event()
        yield
        with acting_as_system():
            told = list(AuditEvent.objects.filter(pk__gt=before).order_by("pk").values_list("event", "actor_id"))
        own = Counter(event for event, actor in told if actor == user_id and (actor or event == name))
        assert own == Counter({name: times, **(also or {})}), (name, told)
        self.happened.update(event for event, _ in told)
        others = {event for event, actor in told if actor is None and event != name}
        assert others <= CONSEQUENCES, (name, others)
        assert {actor for _, actor in told} <= {user_id, None}

    @contextmanager
    def by_itself(self) -> Iterator[None]:
        """Nobody acts: whatever is written down follows from what was done before."""
        before = _last_event()
        yield
        with acting_as_system():
            told = list(AuditEvent.objects.filter(pk__gt=before).values_list("event", "actor_id"))
        assert all(event in CONSEQUENCES and actor is None for event, actor in told), told
        self.happened.update(event for event, _ in told)

    @contextmanager
    def refusal(self, *faults: type[Exception]) -> Iterator[None]:
        """What is refused by name leaves no event and no trace."""
        before = _last_event()
        try:
            with transaction.atomic():
                yield
        except faults as fault:
            self.happened[f"refused: {type(fault).__name__}"] += 1
            assert _last_event() == before
        else:
            raise AssertionError(f"not refused: {faults}")


def _last_event() -> Any:
    with acting_as_system():
        return AuditEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
