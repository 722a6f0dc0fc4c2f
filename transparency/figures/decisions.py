"""What was decided, and how soon."""

from collections.abc import Callable
from fractions import Fraction
from math import ceil

from reviews.outcomes import ACTIONED, DISMISSALS, DISMISSED, VERDICTS
from transparency.facts import Facts, sum_of
from transparency.figures.base import Figure, Section, Shares, Value, by_scope, whole

SECTION = Section(
    "decisions",
    "What was decided",
    "Each receiving participant looks at a signal on its own platform, under its own policies. A person decides;"
    " nothing is enforced automatically.",
)
STANDS = "A decision that was replaced counts as it stood at the end of the period; one undone at once never counts."
AGREEMENT = [("same", "Same conclusion"), ("different", "Different conclusion")]
MEDIAN, NINETIETH = Fraction(1, 2), Fraction(9, 10)


def _by_verdict(facts: Facts) -> Shares:
    found = facts.of("decided")
    return {
        ACTIONED.name: sum_of(share for scope, share in found.items() if scope == ACTIONED.name),
        DISMISSED.name: sum_of(share for scope, share in found.items() if scope in DISMISSALS),
    }


def nearest_rank(part: Fraction) -> Callable[[Facts, str], Value]:
    """The smallest time within which at least that part of the decisions was made, in hours (nearest-rank method)."""

    def measure(facts: Facts, _scope: str) -> Value:
        times = sorted((int(tenths), sum(share.values())) for tenths, share in facts.of("times").items())
        left = ceil(part * sum(number for _, number in times))
        for tenths, number in times:
            left -= number
            if left <= 0 < number:
                return tenths / 10
        return None

    return measure


_TIME = (
    "Hours from the first sharing of a signal to a participant's first decision on it, over the first decisions of the"
    " period."
)
_ROUNDED = "Times are kept in tenths of an hour up to a day and in whole hours after that, rounded down."
FIGURES = (
    Figure(
        "reviews_decided",
        SECTION.name,
        "Reviews decided",
        "reviews",
        "One participant's decision on one signal, made in the period and standing at its end.",
        whole("decided"),
        caveats=STANDS,
        aggregation="standing",
        headline=True,
    ),
    Figure(
        "reviews_by_verdict",
        SECTION.name,
        "Reviews decided, by verdict",
        "reviews",
        "Actioned: the participant found a violation of its own policies and acted. Dismissed: it did not.",
        _by_verdict,
        scopes=[(verdict.name, verdict.label) for verdict in VERDICTS.values()],
        caveats=STANDS,
        aggregation="standing",
        chart="bars",
    ),
    Figure(
        "reviews_dismissed",
        SECTION.name,
        "Reviews dismissed, by reason",
        "reviews",
        "The dismissed reviews of the period, by the reason the participant gave. A dismissal has one reason.",
        by_scope("decided"),
        scopes=[(reason.name, reason.label) for reason in DISMISSALS.values()],
        caveats=STANDS,
        aggregation="standing",
        chart="bars",
    ),
    Figure(
        "time_to_decision_median",
        SECTION.name,
        "Time from sharing to decision, median",
        "hours",
        f"{_TIME} Half of the decisions were made within this time.",
        whole("times"),
        caveats=_ROUNDED,
        aggregation="median",
        measure=nearest_rank(MEDIAN),
    ),
    Figure(
        "time_to_decision_p90",
        SECTION.name,
        "Time from sharing to decision, 90th percentile",
        "hours",
        f"{_TIME} Nine in ten of the decisions were made within this time.",
        whole("times"),
        caveats=_ROUNDED,
        aggregation="percentile",
        measure=nearest_rank(NINETIETH),
    ),
    Figure(
        "second_reviews",
        SECTION.name,
        "Second reviews, by conclusion",
        "second reviews",
        "Decisions at which a second person of the same participant looked, concluded in the period: agreed with,"
        " changed, or returned to whoever decided.",
        by_scope("second_looks", with_total=True),
        scopes=[("", "All"), ("agree", "Agreed"), ("change", "Changed"), ("return", "Returned")],
    ),
    Figure(
        "second_review_agreement",
        SECTION.name,
        "Second reviews, by blind agreement",
        "second reviews",
        "Whether the second person, before seeing the decision, came to the same verdict and reason.",
        by_scope("second_votes"),
        scopes=AGREEMENT,
    ),
)
