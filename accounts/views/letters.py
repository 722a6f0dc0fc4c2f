"""Which letters one gets; and, in a demo installation, the letters themselves."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from accounts.forms import TopicsForm
from accounts.letters import OPTIONAL, Topic
from accounts.models import Letter, RefusedTopic
from accounts.post import choose_topics
from accounts.requests import PersonRequest
from lantern.lib.marks import personal, public
from lantern.lib.tenancy import acting_as_system

SHOWN = 100


@personal()
def choices(request: PersonRequest) -> HttpResponse:
    """Which of the optional topics one wants letters on."""
    refused = set(RefusedTopic.objects.filter(user=request.user).values_list("topic", flat=True))
    wanted = [topic.value for topic in OPTIONAL if topic.value not in refused]
    form = TopicsForm(request.POST if request.method == "POST" else None, initial={"topics": wanted})
    if form.is_valid():
        choose_topics(request.user, wanted=[Topic(each) for each in form.cleaned_data["topics"]], by=request.user)
        messages.success(request, "Saved.")
        return redirect("accounts:letter_choices")
    return render(request, "accounts/letter_choices.html", {"form": form})


@public
@require_safe
def letters(request: HttpRequest) -> HttpResponse:
    """Every letter of a demo installation: whoever was just invited cannot sign in to read theirs."""
    _demo_only()
    with acting_as_system():
        latest = list(Letter.objects.order_by("-created_at")[:SHOWN])
    return render(request, "accounts/letters.html", {"letters": [_shown(letter) for letter in latest]})


@public
@require_safe
def letter(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """One letter of a demo installation."""
    _demo_only()
    with acting_as_system():
        found = get_object_or_404(Letter, pk=letter_id)
    return render(request, "accounts/letter.html", {"letter": _shown(found)})


def _demo_only() -> None:
    if not settings.DEMO:
        raise Http404


def _shown(letter: Letter) -> dict[str, object]:
    rendered = letter.opened()
    return {
        "id": letter.pk,
        "address": letter.opened_address(),
        "subject": rendered.subject,
        "text": rendered.text,
        "created_at": letter.created_at,
        "sent_at": letter.sent_at,
    }
