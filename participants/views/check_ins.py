"""Check-ins and practice reviews of one's own participant, and the file of its agreement."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantern.lib.marks import requires
from participants.agreement_file import attached
from participants.answer_forms import AnswerForm
from participants.check_ins import NotOpen, answer
from participants.models import Agreement, CheckIn
from participants.policies import Action
from participants.requests import MemberRequest


@requires(Action.ANSWER_CHECK_IN)
@require_safe
def listing(request: MemberRequest) -> HttpResponse:
    """What is to be answered, and what was."""
    check_ins = CheckIn.objects.visible_to(request.member).defer("answers").order_by("-due_on", "kind")
    return render(request, "participants/check_ins.html", {"check_ins": check_ins})


@requires(Action.ANSWER_CHECK_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def check_in(request: MemberRequest, check_in_id: UUID) -> HttpResponse:
    """One of them: to be answered until it is signed off, and then to be read."""
    found = get_object_or_404(CheckIn.objects.visible_to(request.member), pk=check_in_id)
    if found.signed_off_at:
        return render(request, "participants/check_in.html", {"check_in": found, "form": None})
    form = AnswerForm(request.POST or None, questions=found.questions, initial=found.opened_answers)
    if form.is_valid():
        try:
            answer(found, form.answers, by=request.member)
        except NotOpen:
            messages.info(request, "It was signed off while you wrote; your new answers were not kept.")
        else:
            messages.success(request, "Answered. The coalition reads it and signs it off.")
        return redirect("check_ins:list")
    context = {"check_in": found, "form": form}
    return render(request, "participants/check_in.html", context, status=422 if form.errors else 200)


@requires(Action.MANAGE_PARTICIPANT)
@require_POST
def agreement_file(request: MemberRequest, agreement_id: UUID) -> HttpResponse:
    """The signed file of one's own agreement. By POST, because taking it out is recorded."""
    own = Agreement.objects.filter(participant=request.member.participant_id).select_related("participant")
    return attached(get_object_or_404(own, pk=agreement_id), by=request.member)
