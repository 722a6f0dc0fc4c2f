"""What leads keep: which signals enter the queue, decision templates, and claims of people who are away."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from lantern.lib.marks import requires
from participants.policies import Action
from participants.requests import MemberRequest
from reviews import claims
from reviews.decision_templates import TooMany, remove_template, save_template
from reviews.forms import WordsField
from reviews.models import DecisionTemplate, RoutingRule
from reviews.outcomes import ACTIONED, DISMISSALS, VERDICTS
from reviews.rules import Rule, preview, rule_of, save_rule
from reviews.views import to_review, visible
from signals.forms import HARM_CHOICES, KIND_CHOICES
from signals.vocabulary import SEVERITIES


class RuleForm(forms.Form):
    """Kinds, harms and severities that enter the queue."""

    kinds = forms.MultipleChoiceField(choices=KIND_CHOICES, widget=forms.CheckboxSelectMultiple)
    harm_types = forms.MultipleChoiceField(choices=HARM_CHOICES, widget=forms.CheckboxSelectMultiple, label="Harms")
    severities = forms.TypedMultipleChoiceField(
        choices=[(str(row.rank), row.label) for row in SEVERITIES.values()],
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )

    @property
    def rule(self) -> Rule:
        """What was chosen. Only after `is_valid`."""
        return Rule(**self.cleaned_data)


class TemplateForm(forms.Form):
    """A decision template."""

    name = forms.CharField(max_length=60)
    verdict = forms.ChoiceField(
        choices=[(row.name, row.label) for row in VERDICTS.values()], widget=forms.RadioSelect, label="It begins with"
    )
    dismissal = forms.ChoiceField(
        choices=[("", "None"), *((row.name, row.label) for row in DISMISSALS.values())],
        required=False,
        label="Why it led to nothing, where it did",
    )
    policy = forms.CharField(max_length=200, required=False, label="Policy it broke, where it did")
    reason = WordsField(
        max_length=1000, required=False, label="In words", widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Never a person's name or identifier.",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """What belongs to the other verdict is left out."""
        cleaned = super().clean() or {}
        cleaned["dismissal" if cleaned.get("verdict") == ACTIONED.name else "policy"] = ""
        return cleaned


@requires(Action.MANAGE_QUEUE)
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: MemberRequest) -> HttpResponse:
    """Which signals enter the queue, and what another choice would have let in."""
    in_force = rule_of(request.member.participant)
    chosen = {name: getattr(in_force, name) for name in ("kinds", "harm_types", "severities")}
    form = RuleForm(request.POST) if request.POST else RuleForm(initial=chosen)
    valid = form.is_valid()
    if valid and request.POST.get("then") != "preview":
        save_rule(form.rule, by=request.member)
        messages.success(request, "Saved. It holds for what is shared from now on; what is in the queue stays there.")
        return redirect("reviews:rules")
    context = {
        "form": form,
        "rows": preview(form.rule if valid else in_force, instead_of=in_force, member=request.member),
        "is_previewing": valid,
        "own": RoutingRule.objects.filter(participant=request.member.participant).first(),
    }
    return render(request, "reviews/rules.html", context, status=422 if request.POST and not valid else 200)


@requires(Action.MANAGE_QUEUE)
@require_http_methods(["GET", "HEAD", "POST"])
def templates(request: MemberRequest) -> HttpResponse:
    """The decision templates, and a new one."""
    form = TemplateForm(request.POST or None)
    if form.is_valid():
        try:
            save_template(**form.cleaned_data, by=request.member)
            messages.success(request, "Saved. Everybody who decides for your company can begin from it.")
            return redirect("reviews:templates")
        except TooMany:
            form.add_error("name", "There are 30 templates already. Remove one first.")
    context = {"form": form, "templates": DecisionTemplate.objects.visible_to(request.member)}
    return render(request, "reviews/templates.html", context, status=422 if request.POST else 200)


@requires(Action.MANAGE_QUEUE)
@require_POST
def template_remove(request: MemberRequest, template_id: UUID) -> HttpResponse:
    """Forget one."""
    remove_template(
        get_object_or_404(DecisionTemplate.objects.visible_to(request.member), pk=template_id), by=request.member
    )
    messages.success(request, "Removed.")
    return redirect("reviews:templates")


@requires(Action.MANAGE_QUEUE)
@require_POST
def take_back(request: MemberRequest, review_id: UUID) -> HttpResponse:
    """Give back what a colleague holds."""
    found = visible(request, review_id)
    try:
        claims.take_back(found, by=request.member)
        messages.success(request, "The review is back in the queue.")
    except claims.ClaimLost:
        messages.info(request, "Nobody held the review any more.")
    return to_review(request, found.pk)
