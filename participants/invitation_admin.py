"""Invitations at the coalition's desk: staff bring in the first admin of a participant, who brings in everybody "
"else."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from lantern.lib.mail_address import MailAddressField
from participants import invitations
from participants.models import Invitation, Participant
from participants.policies import PRESENT
from participants.staff_admin import Refused, StaffAdmin

REFUSALS: dict[type[Exception], str] = {
    invitations.HasAdmin: "This participant has an admin, who invites its people. Staff do not.",
    invitations.ColleagueAlready: "This person is a member of the participant already.",
    invitations.InvitedAlready: "This address has an invitation already. Renew or withdraw that one.",
    invitations.CannotInvite: "This address belongs to somebody in another place of the portal.",
}


class FirstAdminForm(forms.ModelForm):  # type: ignore[type-arg]
    """Whom to invite, and where."""

    participant = forms.ModelChoiceField(Participant.objects.filter(state__in=PRESENT))

    class Meta:
        model = Invitation
        fields = ("participant", "address")
        field_classes = {"address": MailAddressField}

    def clean(self) -> dict[str, Any]:
        """Says why somebody cannot be invited."""
        cleaned = super().clean() or {}
        if "participant" in cleaned and "address" in cleaned:
            try:
                invitations.refuse_first_admin(cleaned["participant"], cleaned["address"])
            except tuple(REFUSALS) as refusal:
                raise forms.ValidationError(REFUSALS[type(refusal)]) from None
        return cleaned


@admin.register(Invitation)
class InvitationAdmin(StaffAdmin):
    """Who was invited; the link itself is in the letter alone."""

    form = FirstAdminForm
    fresh_changes = True
    fields = ("participant", "address")
    list_display = ("address", "participant", "role", "state_label", "invited_at", "expires_at")
    list_select_related = ("participant",)
    list_filter = ("participant",)
    search_fields = ("address",)
    ordering = ("-pk",)
    actions = ("renew", "withdraw")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:
        by: Any = request.user
        try:
            sent = invitations.invite_first_admin(obj.participant, address=obj.address, by=by)
        except tuple(REFUSALS) as refusal:
            raise Refused(REFUSALS[type(refusal)]) from None
        obj.pk = sent.pk
        obj._state.adding = False

    @admin.action(description="Send a new link", permissions=["add"])
    def renew(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        """Send each of the chosen ones a new link."""
        self._each(request, queryset, invitations.renew_invitation, "new links sent")

    @admin.action(description="Withdraw", permissions=["add"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        """Make the links of the chosen ones useless."""
        self._each(request, queryset, invitations.withdraw_invitation, "withdrawn")

    def _each(self, request: HttpRequest, chosen: QuerySet[Invitation], act: Any, done: str) -> None:
        by: Any = request.user
        ended = 0
        for invitation in chosen.select_related("participant"):
            try:
                act(invitation, by=by)
            except invitations.InvitationEnded:
                ended += 1
        messages.success(request, f"{chosen.count() - ended} {done}; {ended} had ended already.")
