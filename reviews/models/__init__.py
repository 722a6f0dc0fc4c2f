"""What was decided: work items, decisions, what became of them, and how a team works on them."""

from reviews.models.care import CareChoice, WorkedItem
from reviews.models.feedback import Feedback, FeedbackMessage, GivenFeedback, OutgoingFeedback, OutgoingState
from reviews.models.notification import Notification, NotificationChoice
from reviews.models.practice import ReviewPractice
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
from reviews.models.second_review import Conclusion, SecondReview, SecondState
from reviews.models.second_thoughts import Appeal, AppealOutcome, Reopening, UndoneDecision
from reviews.models.working import DecisionTemplate, KeySettings, QueueView, RoutingRule, Viewing

__all__ = [
    "NEED_WORDS",
    "Appeal",
    "AppealOutcome",
    "CareChoice",
    "Conclusion",
    "Decision",
    "DecisionBatch",
    "DecisionQuerySet",
    "DecisionTemplate",
    "Feedback",
    "FeedbackMessage",
    "GivenFeedback",
    "KeySettings",
    "Measure",
    "Notification",
    "NotificationChoice",
    "OutgoingFeedback",
    "OutgoingState",
    "QueueView",
    "Reopening",
    "Review",
    "ReviewPractice",
    "ReviewQuerySet",
    "ReviewState",
    "RoutingRule",
    "SecondReview",
    "SecondState",
    "UndoneDecision",
    "Viewing",
    "WorkedItem",
]
