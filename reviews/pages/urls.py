"""Addresses of these pages, below /reviews/."""

from django.urls import path

from reviews.pages import feedback, notifications, second, team, wellbeing

urlpatterns = [
    path("second/", second.listing, name="seconds"),
    path("second/<uuid:second_id>/", second.second, name="second"),
    path("second/<uuid:second_id>/take/", second.take, name="second_take"),
    path("second/<uuid:second_id>/reveal/", second.reveal, name="second_reveal"),
    path("second/<uuid:second_id>/vote/", second.vote, name="second_vote"),
    path("second/<uuid:second_id>/agree/", second.agree, name="second_agree"),
    path("second/<uuid:second_id>/return/", second.give_back, name="second_return"),
    path("second/<uuid:second_id>/change/", second.change, name="second_change"),
    path("feedback/", feedback.received, name="feedback"),
    path("feedback/given/", feedback.given, name="feedback_given"),
    path("feedback/<uuid:feedback_id>/", feedback.one, name="feedback_one"),
    path("feedback/<uuid:feedback_id>/write/", feedback.message, name="feedback_write"),
    path("notifications/", notifications.listing, name="notifications"),
    path("notifications/read/", notifications.read, name="notifications_read"),
    path("notifications/choices/", notifications.choices, name="notification_choices"),
    path("notifications/<uuid:notification_id>/follow/", notifications.follow, name="notification"),
    path("wellbeing/", wellbeing.wellbeing, name="wellbeing"),
    path("wellbeing/help/", wellbeing.help_page, name="wellbeing_help"),
    path("team/", team.team, name="team"),
    path("team/practice/", team.practice, name="practice"),
]
