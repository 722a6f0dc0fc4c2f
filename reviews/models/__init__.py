"""What was decided: work items, decisions, what became of them, and how a team works on them."""

from reviews.models.review import (
    NEED_WORDS,
    Decision,
    DecisionBatch,
    DecisionQuerySet,
    Measure,
    Review,
    ReviewQuerySet,
    ReviewState,
)
from reviews.models.second_thoughts import Appeal, AppealOutcome, Reopening, UndoneDecision
from reviews.models.working import DecisionTemplate, KeySettings, QueueView, RoutingRule, Viewing

__all__ = [
    "NEED_WORDS",
    "Appeal",
    "AppealOutcome",
    "Decision",
    "DecisionBatch",
    "DecisionQuerySet",
    "DecisionTemplate",
    "KeySettings",
    "Measure",
    "QueueView",
    "Reopening",
    "Review",
    "ReviewQuerySet",
    "ReviewState",
    "RoutingRule",
    "UndoneDecision",
    "Viewing",
]
