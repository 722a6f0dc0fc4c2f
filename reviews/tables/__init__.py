"""What follows a decision, as tables: the second look, feedback, notifications, and what a person chose for oneself."""

from reviews.tables.care import CareChoice, WorkedItem
from reviews.tables.feedback import Feedback, FeedbackMessage, GivenFeedback, OutgoingFeedback, OutgoingState
from reviews.tables.notification import Notification, NotificationChoice
from reviews.tables.practice import ReviewPractice
from reviews.tables.second_review import Conclusion, SecondReview, SecondState
from reviews.tables.touch import ReviewTouch

__all__ = [
    "CareChoice",
    "Conclusion",
    "Feedback",
    "FeedbackMessage",
    "GivenFeedback",
    "Notification",
    "NotificationChoice",
    "OutgoingFeedback",
    "OutgoingState",
    "ReviewPractice",
    "ReviewTouch",
    "SecondReview",
    "SecondState",
    "WorkedItem",
]
