"""Whatever members and staff do in whatever order, what the portal promises stays so after each step.

`make fuzz` tells 1,000 stories; LANTERN_FUZZ_STORIES chooses how many.
"""

import os
from collections import Counter, defaultdict
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from accounts.models import User
from audit.record import PORTAL
from lantern.lib.tenancy import Scope, acting, acting_as_system
from participants.models import Role
from participants.policies import Action, groups_for
from participants.services import default_group
from reviews.models import Decision, Review
from signals.models import Contribution, Relation, Signal
from tests.hostile.at_random.acting import ROLES, Cast
from tests.hostile.at_random.model import GROUP_OF, company_of
from tests.hostile.at_random.programme import Programme
from tests.hostile.at_random.reviewing import OUTCOMES, Reviewing
from tests.hostile.at_random.sharing import Sharing
from tests.reviews.following import practise
from tests.world import add_closed_group, add_company, add_team_member
from transparency.facts import facts_of_events
from transparency.figures import FIGURES
from transparency.periods import Period

pytestmark = pytest.mark.django_db

STORIES = int(os.environ.get("LANTERN_FUZZ_STORIES", "6"))
STEPS = 40
USUAL = ("review.decided", "contribution.withdrawn", "contribution.corrected", "review.claimed")
RARE = (*USUAL, "signal.erased", "second_review.taken", "review.undone", "review.reopened", "feedback.sent")
MANY = 200


class Story(Sharing, Reviewing, Programme):
    """All rules, and what must be so after each."""

    def __init__(self) -> None:
        super().__init__()
        self.written: dict[UUID, tuple[Any, ...]] = {}

    @invariant()
    def signals_say_what_their_contributions_say(self) -> None:
        with acting_as_system():
            signals = list(Signal.objects.all())
            said: dict[UUID, dict[int, UUID]] = defaultdict(dict)
            for word in Contribution.objects.in_force():
                said[word.signal_id][word.participant_id] = word.pk
        assert {each.pk for each in signals} == set(self.portal.signals)
        for each in signals:
            known = self.portal.signals[each.pk]
            keys = {self.cast.companies[company].pk: one.key for company, one in known.words.items()}
            assert said[each.pk] == keys
            harms = frozenset(each.harm_types)
            stands = (each.contributor_count, each.severity, each.confidence, each.tlp, harms)
            assert stands == known.derived() if known.words else each.contributor_count == 0
            assert (each.value is not None) == known.has_value

    @invariant()
    def what_ended_left_no_value(self) -> None:
        gone = [known.key for known in self.portal.signals.values() if not known.words and not known.holds]
        with acting_as_system():
            assert not Signal.objects.filter(pk__in=gone, value__isnull=False).exists()
            assert not Contribution.objects.filter(signal__in=gone, note__isnull=False).exists()
            assert not Relation.objects.filter(signal__in=gone).exists()

    @invariant()
    def nobody_sees_what_is_another_s(self) -> None:
        """By the application's own filters exactly what the model says, and by the walls alone nothing beyond."""
        for name in self.cast.members:
            if not name.endswith(".analyst"):
                continue
            company = company_of(name)
            own_groups = {group for group, companies in GROUP_OF.items() if company in companies}
            reachable = {each.key for each in self.portal.signals.values() if each.group in own_groups}
            with self.acting_as(name) as by:
                seen = set(Signal.objects.visible_to(by).values_list("pk", flat=True))
                assert seen == (self.portal.visible_to(company) if self.portal.may_look(name) else set())
                assert {group.slug for group in groups_for(by, Action.DECIDE)} == (
                    {self.cast.groups[group].slug for group in own_groups} if self.portal.may_work(name) else set()
                )
                assert set(Signal.objects.values_list("pk", flat=True)) <= reachable
                assert set(Contribution.objects.values_list("signal", flat=True)) <= reachable
                for model in (Review, Decision):
                    assert set(model.objects.values_list("participant", flat=True)) <= {by.participant_id}

    @invariant()
    def staff_see_no_signal(self) -> None:
        with acting(Scope.STAFF, user_id=self.cast.staff.pk):
            assert not Signal.objects.exists()
            assert not Review.objects.exists()

    @invariant()
    def reviews_are_one_each_with_at_most_one_holder(self) -> None:
        with acting_as_system():
            rows = list(Review.objects.values_list("participant__slug", "signal", "state", "holder"))
        assert max(Counter(row[:2] for row in rows).values(), default=1) == 1
        names = {member.pk: name for name, member in self.cast.members.items()}
        stands = {(slug, signal): (state, names.get(holder)) for slug, signal, state, holder in rows}
        assert stands == {key: (each.state, each.holder) for key, each in self.portal.reviews.items()}
        held = Counter(each.holder for each in self.portal.reviews.values() if each.holder and not each.has_lapsed)
        assert all(number <= 3 for number in held.values())

    @invariant()
    def decisions_are_a_chain_that_only_grows(self) -> None:
        with acting_as_system():
            rows = list(Decision.objects.order_by("pk").values_list("pk", "review", "replaces", "verdict", "dismissal"))
            undone = set(Decision.objects.filter(undone__isnull=False).values_list("pk", flat=True))
            keys = {
                (each.participant.slug, each.signal_id): each.pk
                for each in Review.objects.select_related("participant")
            }
        written = {row[0]: row[1:] for row in rows}
        assert self.written.items() <= written.items(), "none is changed or gone"
        self.written = written
        chains: dict[UUID, list[UUID]] = defaultdict(list)
        for key, place, replaces, *_ in rows:
            assert replaces == (chains[place][-1] if chains[place] else None)
            chains[place].append(key)
        for of_whom, review in self.portal.reviews.items():
            chain = chains[keys[of_whom]]
            assert chain == [each.key for each in review.decisions]
            assert undone & set(chain) == {each.key for each in review.decisions if each.is_undone}

    def teardown(self) -> None:
        """Before everything is taken back, the figures of it."""
        try:
            self._figures_add_up()
        finally:
            super().teardown()

    def _figures_add_up(self) -> None:
        now = timezone.now()
        with acting_as_system():
            facts = facts_of_events(Period.month(now.year, now.month))
            told: dict[str, dict[str, Any]] = {
                name: {scope: number for scope, _, number in FIGURES[name].numbers(facts)} for name in FIGURES
            }
        signals, reviews = self.portal.signals.values(), self.portal.reviews.values()
        standing = [decision for review in reviews if (decision := review.standing())]
        assert told["signals_shared"] == {"": len(signals)}
        for parts in ("signals_by_basis", "signals_by_kind", "signals_by_month"):
            assert sum(told[parts].values()) == len(signals)
        assert told["contributions"] == {"": sum(len(each.ever) for each in signals)}
        assert told["signals_corroborated"] == {"": sum(len(each.ever) > 1 for each in signals)}
        assert told["contributions_withdrawn"][""] == self.portal.withdrawn
        assert told["contributions_expired"][""] == self.portal.expired
        counted = Counter(decision.outcome for decision in standing)
        assert told["reviews_decided"][""] == len(standing) == sum(told["reviews_by_verdict"].values())
        assert told["reviews_by_verdict"]["actioned"] == counted["actioned"]
        assert {name: told["reviews_dismissed"][name] for name in OUTCOMES[1:]} == {n: counted[n] for n in OUTCOMES[1:]}
        assert told["accounts_disabled"] == {"": sum(decision.accounts for decision in standing)}


@pytest.fixture
def cast(sam: User) -> Cast:
    """Three companies, two of which have a group of their own besides. Harbor looks twice at half of it."""
    companies = {slug: add_company(slug) for slug in GROUP_OF["all"]}
    members = {
        f"{slug}.{role}": add_team_member(company, role, Role(role))
        for slug, company in companies.items()
        for role in ROLES
    }
    pair = add_closed_group("pair", *(companies[slug] for slug in GROUP_OF["pair"]))
    practise(members["harbor.lead"], severities=[2, 4])
    return Cast(members, companies, {"all": default_group(by=PORTAL), "pair": pair}, sam)


def test_what_the_portal_promises_stays_so_whatever_its_members_do(cast: Cast) -> None:
    Story.cast = cast
    Story.happened.clear()
    run_state_machine_as_test(
        Story,
        settings=settings(
            max_examples=STORIES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize="LANTERN_FUZZ_STORIES" not in os.environ,
            database=None,
            phases=[Phase.generate],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(f"{STORIES} stories of up to {STEPS} steps: {dict(Story.happened.most_common())}")  # noqa: T201
    for name in RARE if STORIES >= MANY else USUAL:
        assert Story.happened[name], f"no story came to {name}"
