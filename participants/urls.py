from django.urls import path

from participants.views import company, joining, people, training

app_name = "participants"
urlpatterns = [
    path("", company.overview, name="overview"),
    path("groups/", company.groups, name="groups"),
    path("agreement/", company.agreement, name="agreement"),
    path("settings/", company.settings, name="settings"),
    path("members/", people.members, name="members"),
    path("members/<int:member_id>/", people.member, name="member"),
    path("members/<int:member_id>/remove/", people.remove, name="remove"),
    path("members/<int:member_id>/readmit/", people.readmit, name="readmit"),
    path("invitations/", people.listing, name="invitations"),
    path("invitations/new/", people.invite, name="invite"),
    path("invitations/<uuid:invitation_id>/renew/", people.renew, name="renew"),
    path("invitations/<uuid:invitation_id>/withdraw/", people.withdraw, name="withdraw"),
    path("training/", training.training, name="training"),
    path("training/<slug:slug>/", training.module, name="module"),
    path("join/", joining.join, name="join"),
    path("invitation/<str:token>/", joining.open_invitation, name="open_invitation"),
]
