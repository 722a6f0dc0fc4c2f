"""A participant at the coalition's desk: what its page shows, and what staff do there by buttons.

Every button is a POST that lets a form convert, calls one service, and comes back to the page.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods, require_POST

from lantern.lib.marks import requires
from participants.agreement_file import attached
from participants.agreements import add_agreement
from participants.departing import effects_of_leaving
from participants.lifecycle import IllegalMove, NotReady, ReasonNeeded, missing_for_activation, moves_from
from participants.models import Agreement, Application, CheckIn, Participant, ParticipantState
from participants.policies import Action
from participants.questions import APPLICATION, VETTING
from participants.services import give_buddy, move_participant, offboard
from participants.timeline import timeline_of
from participants.vetting import vet, vetting_of

BEFORE_ACTIVE = (
    ParticipantState.APPLIED,
    ParticipantState.UNDER_REVIEW,
    ParticipantState.AGREEMENT_OUT,
    ParticipantState.TRAINING,
)
PDF = b"%PDF-"


class MoveForm(forms.Form):
    """To which state, and why."""

    to = forms.ChoiceField(choices=[each for each in ParticipantState.choices if each[0] != ParticipantState.LEFT])
    reason = forms.CharField(max_length=1_000, required=False)


class VettingForm(forms.Form):
    """What staff found on one question."""

    question = forms.ChoiceField(choices=[(question.name, question.label) for question in VETTING])
    accepted = forms.TypedChoiceField(choices=[("yes", "Accept"), ("no", "Not yet")], coerce=lambda text: text == "yes")
    note = forms.CharField(max_length=1_000, required=False)


class AgreementForm(forms.Form):
    """A signed version, with its file."""

    title = forms.CharField(max_length=100, initial="Participation agreement")
    signatory = forms.CharField(max_length=100, label="Signed by")
    signatory_role = forms.CharField(max_length=100, label="As")
    signed_on = forms.DateField(label="Signed on", widget=forms.DateInput(attrs={"type": "date"}))
    valid_until = forms.DateField(
        label="Valid until",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Empty for an agreement without an end.",
    )
    file = forms.FileField(
        label="Signed file", help_text="A PDF.", widget=forms.FileInput(attrs={"accept": "application/pdf"})
    )

    def clean_file(self) -> bytes:
        """The bytes of a PDF that is not too large."""
        file = self.cleaned_data["file"]
        if file.size > settings.AGREEMENT_MAX_BYTES:
            raise ValidationError(f"The file is larger than {settings.AGREEMENT_MAX_BYTES // 1_000_000} MB.")
        content: bytes = file.read()
        if not content.startswith(PDF):
            raise ValidationError("This is not a PDF.")
        return content

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        signed_on, valid_until = cleaned.get("signed_on"), cleaned.get("valid_until")
        if signed_on and valid_until and valid_until < signed_on:
            self.add_error("valid_until", "It cannot end before it was signed.")
        return cleaned


class BuddyForm(forms.Form):
    """Who helps."""

    helper = forms.ModelChoiceField(Participant.objects.none(), label="Participant that helps")
    person = forms.CharField(max_length=100, label="Whom to ask there")

    def __init__(self, *args: Any, participant: Participant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["helper"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Participant.objects.filter(state=ParticipantState.ACTIVE).exclude(pk=participant.pk)


class LeaveForm(forms.Form):
    """Why, and the slug typed as a confirmation."""

    reason = forms.CharField(max_length=1_000, widget=forms.Textarea(attrs={"rows": 3}))
    slug = forms.CharField(label="Type its slug to confirm", widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, participant: Participant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.participant = participant

    def clean_slug(self) -> str:
        """Exactly the slug."""
        if self.cleaned_data["slug"] != self.participant.slug:
            raise ValidationError(f"That is not its slug, which is {self.participant.slug}.")
        return self.participant.slug


def shown(participant: Participant) -> dict[str, Any]:
    """What the page of `participant` shows above its fields."""
    application = Application.objects.filter(participant=participant).first()
    answers = application.opened_answers if application else {}
    return {
        "moves": [move for move in moves_from(participant.state) if move.to != ParticipantState.LEFT],
        "may_leave": any(move.to == ParticipantState.LEFT for move in moves_from(participant.state)),
        "is_joining": participant.state in BEFORE_ACTIVE,
        "missing": missing_for_activation(participant) if participant.state in BEFORE_ACTIVE else [],
        "vetting": vetting_of(participant),
        "answers": [(each.label, each.told(answers.get(each.name))) for each in APPLICATION if each.name in answers],
        "agreements": participant.agreements.without_files().select_related("participant"),
        "agreement_form": AgreementForm(prefix="agreement"),
        "buddy": getattr(participant, "buddy", None),
        "buddy_form": BuddyForm(prefix="buddy", participant=participant),
        "check_ins": CheckIn.objects.filter(participant=participant).defer("answers").order_by("-due_on", "kind"),
        "timeline": timeline_of(participant),
    }


def addresses(wrap: Callable[[Any], Any]) -> list[URLPattern]:
    """The addresses of the buttons, below the participant's page in the admin; `wrap` is the admin site's own door."""
    views = {
        "move": (move, "<int:pk>/move/"),
        "vet": (vetting, "<int:pk>/vetting/"),
        "agreement": (agreement, "<int:pk>/agreements/"),
        "agreement_file": (agreement_file, "<int:pk>/agreements/<uuid:agreement_id>/file/"),
        "buddy": (buddy, "<int:pk>/buddy/"),
        "leave": (leave, "<int:pk>/leave/"),
    }
    return [path(route, wrap(view), name=f"participant_{name}") for name, (view, route) in views.items()]


@requires(Action.ADMINISTER, fresh=True)
@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Make one of the legal moves."""
    participant = get_object_or_404(Participant, pk=pk)
    form = MoveForm(request.POST)
    if not form.is_valid():
        return _refused(request, participant, form)
    to = ParticipantState(form.cleaned_data["to"])
    try:
        move_participant(participant, to=to, by=_staff(request), reason=form.cleaned_data["reason"])
    except IllegalMove:
        messages.error(request, f"There is no move from {participant.get_state_display()} to {to.label}.")
    except ReasonNeeded:
        messages.error(request, "Give a reason: it is kept in the timeline.")
    except NotReady as refused:
        for each in refused.missing:
            messages.error(request, each.sentence)
    else:
        messages.success(request, f"{participant.name} is now: {to.label}.")
    return _back(participant)


@require_POST
def vetting(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept or question one answer."""
    participant = get_object_or_404(Participant, pk=pk)
    form = VettingForm(request.POST)
    if not form.is_valid():
        return _refused(request, participant, form)
    cleaned = form.cleaned_data
    vet(participant, cleaned["question"], accepted=cleaned["accepted"], note=cleaned["note"], by=_staff(request))
    messages.success(request, "Kept.")
    return _back(participant)


@require_POST
def agreement(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a signed version."""
    participant = get_object_or_404(Participant, pk=pk)
    form = AgreementForm(request.POST, request.FILES, prefix="agreement")
    if not form.is_valid():
        return _refused(request, participant, form)
    facts = dict(form.cleaned_data)
    added = add_agreement(participant, facts.pop("file"), by=_staff(request), **facts)
    messages.success(request, f"Version {added.version} of the agreement is kept.")
    return _back(participant)


@require_POST
def agreement_file(request: HttpRequest, pk: int, agreement_id: UUID) -> HttpResponse:
    """The signed file, to be saved. By POST, because taking it out is recorded."""
    found = Agreement.objects.filter(participant=pk).select_related("participant")
    return attached(get_object_or_404(found, pk=agreement_id), by=_staff(request))


@require_POST
def buddy(request: HttpRequest, pk: int) -> HttpResponse:
    """Name a participant that helps through the first year."""
    participant = get_object_or_404(Participant, pk=pk)
    form = BuddyForm(request.POST, prefix="buddy", participant=participant)
    if not form.is_valid():
        return _refused(request, participant, form)
    give_buddy(participant, form.cleaned_data["helper"], person=form.cleaned_data["person"], by=_staff(request))
    messages.success(request, "The buddy is named.")
    return _back(participant)


@requires(Action.ADMINISTER, fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """What leaving would end; and, confirmed by the slug, leaving."""
    participant = get_object_or_404(Participant, pk=pk)
    form = LeaveForm(request.POST or None, participant=participant)
    if form.is_valid():
        try:
            offboard(participant, by=_staff(request), reason=form.cleaned_data["reason"])
        except IllegalMove:
            messages.error(request, f"{participant.name} cannot leave: it is {participant.get_state_display()}.")
        else:
            messages.success(request, f"{participant.name} has left. Its contributions are being withdrawn.")
        return _back(participant)
    context = {
        "participant": participant,
        "effects": effects_of_leaving(participant),
        "form": form,
        "title": f"End the participation of {participant.name}",
        "opts": Participant._meta,
        "has_permission": True,
        "is_nav_sidebar_enabled": False,
    }
    status = 422 if form.errors else 200
    return render(request, "admin/participants/participant/leave.html", context, status=status)


def _staff(request: HttpRequest) -> Any:
    return request.user


def _back(participant: Participant) -> HttpResponseRedirect:
    return redirect(reverse("admin:participants_participant_change", args=[participant.pk]))


def _refused(request: HttpRequest, participant: Participant, form: forms.Form) -> HttpResponseRedirect:
    for name, errors in form.errors.items():
        label = form.fields[name].label or name if name in form.fields else ""
        messages.error(request, f"{label}: {' '.join(map(str, errors))}".lstrip(": "))
    return _back(participant)
