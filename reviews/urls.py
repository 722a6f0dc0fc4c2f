from django.urls import path

from reviews import views
from reviews.pages.urls import urlpatterns as pages

app_name = "reviews"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("next/", views.next_review, name="next"),
    path("<uuid:review_id>/", views.review, name="review"),
    path("<uuid:review_id>/claim/", views.claim, name="claim"),
    path("<uuid:review_id>/keep/", views.keep, name="keep"),
    path("<uuid:review_id>/release/", views.release, name="release"),
    path("<uuid:review_id>/reveal/", views.reveal, name="reveal"),
    path("<uuid:review_id>/decide/", views.decide, name="decide"),
    *pages,
]
