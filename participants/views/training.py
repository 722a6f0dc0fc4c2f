"""The training: what there is, and one module with its questions."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from lantern.lib.marks import requires
from participants.forms import QuizForm
from participants.policies import Action
from participants.requests import MemberRequest
from participants.training import NotPassed, due_modules, pass_module, standings
from participants.training_modules import MODULES


@requires(Action.OPEN_TRAINING)
@require_safe
def training(request: MemberRequest) -> HttpResponse:
    """All modules, and how the member stands with each."""
    own = standings([request.member])[request.member.pk]
    due = [standing for standing in own if standing.is_due]
    context = {"standings": own, "next": due[0].module if due else None, "due_count": len(due)}
    return render(request, "participants/training.html", context)


@requires(Action.OPEN_TRAINING)
@require_http_methods(["GET", "HEAD", "POST"])
def module(request: MemberRequest, slug: str) -> HttpResponse:
    """A module's text and questions; answering all of them rightly passes it."""
    found = MODULES.get(slug)
    if found is None:
        raise Http404
    form = QuizForm(request.POST if request.method == "POST" else None, module=found)
    if form.is_bound:
        form.full_clean()
        try:
            pass_module(found, answers=form.cleaned_data, by=request.member)
        except NotPassed as refusal:
            form.explain(refusal.wrong - set(form.errors))
        else:
            return _passed(request, found.title)
    context = {"module": found, "form": form, "questions": form.explained()}
    return render(request, "participants/module.html", context, status=422 if form.errors else 200)


def _passed(request: MemberRequest, title: str) -> HttpResponse:
    due = due_modules(request.member)
    rest = f"{len(due)} to go." if due else "Your training is complete."
    messages.success(request, f"Passed: {title}. {rest}")
    return redirect("participants:training")
