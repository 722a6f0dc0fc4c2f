from django.urls import path

from reviews import lead_views, many_views, own_views, second_thoughts_views, views
from reviews.pages.urls import urlpatterns as pages

app_name = "reviews"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("next/", views.next_review, name="next"),
    path("undo/", second_thoughts_views.undo, name="undo"),
    path("views/save/", own_views.view_save, name="view_save"),
    path("views/<uuid:view_id>/remove/", own_views.view_remove, name="view_remove"),
    path("keys/", own_views.keys, name="keys"),
    path("rules/", lead_views.rules, name="rules"),
    path("templates/", lead_views.templates, name="templates"),
    path("templates/<uuid:template_id>/remove/", lead_views.template_remove, name="template_remove"),
    path("together/<uuid:batch_id>/", many_views.batch, name="batch"),
    path("<uuid:review_id>/", views.review, name="review"),
    path("<uuid:review_id>/claim/", views.claim, name="claim"),
    path("<uuid:review_id>/keep/", views.keep, name="keep"),
    path("<uuid:review_id>/release/", views.release, name="release"),
    path("<uuid:review_id>/take-back/", lead_views.take_back, name="take_back"),
    path("<uuid:review_id>/presence/", own_views.presence, name="presence"),
    path("<uuid:review_id>/reveal/", views.reveal, name="reveal"),
    path("<uuid:review_id>/decide/", views.decide, name="decide"),
    path("<uuid:review_id>/together/", many_views.many, name="many"),
    path("<uuid:review_id>/reopen/", second_thoughts_views.reopen, name="reopen"),
    path("<uuid:review_id>/appeal/", second_thoughts_views.appeal, name="appeal"),
    *pages,
]
