"""What a participant is: overview, sharing groups, settings."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from lantern.lib.marks import requires
from participants.forms import NAME_TAKEN, CompanyForm
from participants.models import Agreement, Invitation, Member
from participants.policies import Action
from participants.requests import MemberRequest
from participants.services import NameTaken, describe_participant, groups_of
from participants.training import due_modules


@requires(Action.VIEW_PARTICIPANT)
@require_safe
def overview(request: MemberRequest) -> HttpResponse:
    """The company at a glance, and where to go from here."""
    company = request.member.participant
    context = {
        "participant": company,
        "member": request.member,
        "due": due_modules(request.member),
        "groups": groups_of(company),
        "member_count": Member.objects.filter(participant=company, is_active=True).count(),
        "waiting_count": Invitation.objects.visible_to(request.member).usable().count(),
    }
    return render(request, "participants/overview.html", context)


@requires(Action.VIEW_PARTICIPANT)
@require_safe
def groups(request: MemberRequest) -> HttpResponse:
    """The sharing groups the company is in, and what it may do there."""
    company = request.member.participant
    return render(request, "participants/groups.html", {"groups": groups_of(company), "participant": company})


@requires(Action.VIEW_PARTICIPANT)
@require_safe
def agreement(request: MemberRequest) -> HttpResponse:
    """What the company signed: the latest version, and which ones came before."""
    company = request.member.participant
    versions = list(Agreement.objects.filter(participant=company).without_files().order_by("-version"))
    in_force = {found.pk for found in Agreement.objects.filter(participant=company).in_force().without_files()}
    rows = [{"agreement": version, "is_in_force": version.pk in in_force} for version in versions]
    context = {"latest": rows[0] if rows else None, "former": rows[1:], "participant": company}
    return render(request, "participants/agreement.html", context)


@requires(Action.MANAGE_PARTICIPANT)
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: MemberRequest) -> HttpResponse:
    """What the company says about itself."""
    company = request.member.participant
    form = CompanyForm(request.POST or None, participant=company)
    if form.is_valid():
        try:
            changed = describe_participant(company, **form.cleaned_data, by=request.member)
        except NameTaken:
            form.add_error("name", NAME_TAKEN)
        else:
            messages.success(request, "Saved." if changed else "Nothing was different, so nothing was changed.")
            return redirect("participants:settings")
    context = {"form": form, "participant": company}
    return render(request, "participants/settings.html", context, status=422 if form.errors else 200)
