"""Members and invitations."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantern.lib.marks import requires
from participants import invitations
from participants.forms import InviteForm, RoleForm
from participants.members import LastAdmin, NotActive, StillActive, change_role, readmit_member, remove_member
from participants.models import Invitation, Member
from participants.policies import Action, can
from participants.requests import MemberRequest
from participants.training import standings

LATEST = 50
LAST_ADMIN = "This is the last admin of your company. Make somebody else an admin first."
REMOVED = "This person has been removed in the meantime."
ENDED = "This invitation was accepted or withdrawn in the meantime."
REFUSALS: dict[type[Exception], str] = {
    invitations.ColleagueAlready: "This person is in your list of members already. Somebody who was removed is "
    "readmitted there.",
    invitations.InvitedAlready: "This address has an invitation already. Send a new link from the list, or withdraw it "
    "first.",
    invitations.CannotInvite: "This address cannot be invited. If you believe it should be, ask the coalition.",
}


@requires(Action.VIEW_TEAM)
@require_safe
def members(request: MemberRequest) -> HttpResponse:
    """The people of the company, and how their training stands."""
    team = list(_team(request.member).order_by("-is_active", "user__name", "pk"))
    trained = standings(team)
    rows = [{"member": member, **_training_of(trained[member.pk])} for member in team]
    context = {"rows": rows, "can_manage": can(request.member, Action.MANAGE_MEMBERS)}
    return render(request, "participants/members.html", context)


@requires(Action.MANAGE_MEMBERS, fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def member(request: MemberRequest, member_id: int) -> HttpResponse:
    """One member: another role, here; the way out, or back in."""
    found = get_object_or_404(_team(request.member), pk=member_id)
    form = RoleForm(request.POST or None, initial={"role": found.role})
    if form.is_valid():
        try:
            change_role(found, to=form.cleaned_data["role"], by=request.member)
        except LastAdmin:
            form.add_error("role", LAST_ADMIN)
        except NotActive:
            form.add_error(None, REMOVED)
        else:
            messages.success(request, f"{found.name} is {form.cleaned_data['role'].label} now.")
            return redirect("participants:members")
    context = {"found": found, "form": form, "is_you": found.pk == request.member.pk}
    context |= _training_of(standings([found])[found.pk])
    return render(request, "participants/member.html", context, status=422 if form.errors else 200)


@requires(Action.MANAGE_MEMBERS, fresh=True)
@require_POST
def remove(request: MemberRequest, member_id: int) -> HttpResponse:
    """Take a member's place."""
    found = get_object_or_404(_team(request.member), pk=member_id)
    try:
        remove_member(found, by=request.member)
    except LastAdmin:
        messages.error(request, LAST_ADMIN)
        return redirect("participants:member", found.pk)
    except NotActive:
        messages.info(request, REMOVED)
    else:
        messages.success(request, f"{found.name} has been removed, and can do nothing in the portal any more.")
    return redirect("home" if found.pk == request.member.pk else "participants:members")


@requires(Action.MANAGE_MEMBERS, fresh=True)
@require_POST
def readmit(request: MemberRequest, member_id: int) -> HttpResponse:
    """Give a removed member its place again, with the role it is asked for."""
    found = get_object_or_404(_team(request.member), pk=member_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose a role first.")
        return redirect("participants:member", found.pk)
    try:
        readmit_member(found, role=form.cleaned_data["role"], by=request.member)
    except StillActive:
        messages.info(request, f"{found.name} is a member already.")
    else:
        messages.success(request, f"{found.name} is back, as {form.cleaned_data['role'].label}.")
    return redirect("participants:members")


@requires(Action.MANAGE_MEMBERS)
@require_safe
def listing(request: MemberRequest) -> HttpResponse:
    """Invitations, the newest first, and the form for another."""
    return _invitations(request, InviteForm())


@requires(Action.MANAGE_MEMBERS, fresh=True)
@require_POST
def invite(request: MemberRequest) -> HttpResponse:
    """Invite somebody."""
    form = InviteForm(request.POST)
    if form.is_valid():
        try:
            invitations.invite(request.member.participant, **form.cleaned_data, by=request.member)
        except tuple(REFUSALS) as refusal:
            form.add_error("address", REFUSALS[type(refusal)])
        else:
            messages.success(request, "Invited. The letter with the link is on its way.")
            return redirect("participants:invitations")
    return _invitations(request, form, status=422)


@requires(Action.MANAGE_MEMBERS, fresh=True)
@require_POST
def renew(request: MemberRequest, invitation_id: UUID) -> HttpResponse:
    """Send another link instead of the former one."""
    found = get_object_or_404(Invitation.objects.visible_to(request.member), pk=invitation_id)
    try:
        invitations.renew_invitation(found, by=request.member)
        messages.success(request, "A new link is on its way. The former one does not work any more.")
    except invitations.InvitationEnded:
        messages.info(request, ENDED)
    return redirect("participants:invitations")


@requires(Action.MANAGE_MEMBERS, fresh=True)
@require_POST
def withdraw(request: MemberRequest, invitation_id: UUID) -> HttpResponse:
    """Make the link useless."""
    found = get_object_or_404(Invitation.objects.visible_to(request.member), pk=invitation_id)
    try:
        invitations.withdraw_invitation(found, by=request.member)
        messages.success(request, "Withdrawn. The link does not work any more.")
    except invitations.InvitationEnded:
        messages.info(request, ENDED)
    return redirect("participants:invitations")


def _team(asking: Member) -> Any:
    return Member.objects.filter(participant=asking.participant_id).select_related("user", "participant")


def _training_of(own: list[Any]) -> dict[str, Any]:
    """How many modules are due, and until when what is passed counts: the first end, where nothing is due."""
    due = sum(standing.is_due for standing in own)
    return {"due_count": due, "trained_until": None if due else min(standing.valid_until for standing in own)}


def _invitations(request: MemberRequest, form: InviteForm, status: int = 200) -> HttpResponse:
    sent = Invitation.objects.visible_to(request.member).select_related("invited_by").order_by("-pk")[:LATEST]
    return render(request, "participants/invitations.html", {"form": form, "invitations": sent}, status=status)
