"""Deciding many at once: choose, say it once, see what became of each."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from lantern.lib.marks import requires
from participants.models import Member
from participants.policies import Action
from participants.requests import MemberRequest
from reviews.claims import BreakFirst, ClaimLost
from reviews.deciding import Conclusion
from reviews.forms import DecisionForm
from reviews.many import RESULTS, NotTogether, decide_many, together_with
from reviews.models import DecisionBatch, Review
from reviews.queue_filter import filter_of
from reviews.review_page import pressing, shown
from reviews.views import BREAK_FIRST, to_review, visible


class ManyForm(forms.Form):
    """Which reviews, and how many they are, in one's own typing."""

    chosen = forms.ModelMultipleChoiceField(Review.objects.none(), widget=forms.CheckboxSelectMultiple)
    number = forms.IntegerField(
        label="How many you are deciding",
        help_text="Count what you have chosen and type the number.",
        min_value=1,
        max_value=settings.MOST_AT_ONCE,
    )

    def __init__(self, *args: Any, opened: Review, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Those that colleagues decided while the page was open are still answers: the result says what became of them.
        known = Review.objects.visible_to(member)
        self.offered = together_with(opened, member)[: settings.MOST_AT_ONCE]
        field = self.fields["chosen"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = known

    def clean(self) -> dict[str, Any]:
        """The number is that of the reviews chosen."""
        cleaned = super().clean() or {}
        chosen, number = cleaned.get("chosen"), cleaned.get("number")
        if chosen is not None and number is not None and len(chosen) != number:
            self.add_error("number", f"You have chosen {len(chosen)}. Nothing has been decided.")
        return cleaned


@requires(Action.DECIDE)
@require_http_methods(["GET", "HEAD", "POST"])
def many(request: MemberRequest, review_id: UUID) -> HttpResponse:
    """Decide several reviews of one kind and incident; the member holds one of them."""
    opened = visible(request, review_id)
    if not Review.objects.held_by(request.member).filter(pk=opened.pk).exists():
        messages.warning(request, "Claim the review first, and look at it.")
        return to_review(request, opened.pk)
    form = ManyForm(request.POST or None, opened=opened, member=request.member)
    decision = DecisionForm(request.POST) if request.POST else DecisionForm.beginning(request.member)
    if form.is_valid() and decision.is_valid():
        try:
            said = Conclusion(**decision.decision())
            batch = decide_many(opened, list(form.cleaned_data["chosen"]), said, by=request.member)
            return redirect(reverse("reviews:batch", args=[batch.pk]) + filter_of(request).within)
        except BreakFirst:
            form.add_error(None, f"{BREAK_FIRST} Nothing was saved.")
        except (ClaimLost, NotTogether):
            form.add_error(None, "They cannot be decided together any more, so nothing was saved. Look at them again.")
    chosen = set(request.POST.getlist("chosen"))
    rows = [(row, str(row.id) in chosen) for row in shown(form.offered, request.member)]
    context = {"opened": opened, "form": form, "decision_form": decision, "rows": rows, **pressing(request.member)}
    context["within"] = filter_of(request).within
    return render(request, "reviews/many.html", context, status=422 if request.POST else 200)


@requires(Action.DECIDE)
@require_safe
def batch(request: MemberRequest, batch_id: UUID) -> HttpResponse:
    """What became of each."""
    own = DecisionBatch.objects.filter(participant=request.member.participant_id)
    found = get_object_or_404(own.select_related("decided_by__user"), pk=batch_id)
    reviews = shown(Review.objects.known_to(request.member).filter(pk__in=found.results).order_by("pk"), request.member)
    rows = [(row, RESULTS[found.results[str(row.id)]]) for row in reviews]
    context = {"batch": found, "rows": rows, "within": filter_of(request).within, **pressing(request.member)}
    return render(request, "reviews/batch.html", context)
