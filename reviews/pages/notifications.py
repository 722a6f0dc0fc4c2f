"""What one is told: the list, reading it, and choosing."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantern.lib.marks import requires
from lantern.lib.paging import PAGE, first_page
from participants.policies import Action
from participants.requests import MemberRequest
from reviews.models import Notification
from reviews.models.notification import Digest
from reviews.notifying import choice_of, choose, mark_read, unread_count
from reviews.pages.feedback import readable_side
from reviews.pages.forms import NotificationForm
from signals.page_keys import after_key, next_url

TAKEN_BACK = "There is nothing left to open: the feedback that this was about has been taken back."


@requires(Action.OPEN_WORK)
@require_safe
def listing(request: MemberRequest) -> HttpResponse:
    """One's own notifications, the newest first."""
    own = Notification.objects.of(request.user).order_by("-id")
    if after := after_key(request):
        own = own.filter(pk__lt=after)
    found, more = first_page(own, PAGE)
    context = {
        "notifications": found,
        "unread": unread_count(request.user),
        "next_url": next_url(request, found[-1].pk) if more else None,
    }
    return render(request, "reviews/notifications.html", context)


@requires(Action.OPEN_WORK)
@require_POST
def follow(request: MemberRequest, notification_id: UUID) -> HttpResponse:
    """Go to what it is about; it counts as read from then on."""
    found = get_object_or_404(Notification.objects.of(request.user), pk=notification_id)
    mark_read(request.user, by=request.member, notification=found.pk)
    if found.row.page == "reviews:feedback_one" and readable_side(found.target, request.member) is None:
        messages.info(request, TAKEN_BACK)
        return redirect("reviews:notifications")
    return redirect(found.row.page, found.target)


@requires(Action.OPEN_WORK)
@require_POST
def read(request: MemberRequest) -> HttpResponse:
    """Mark all as read."""
    number = mark_read(request.user, by=request.member)
    messages.success(request, f"Marked {number:,} as read." if number else "There was nothing left to read.")
    return redirect("reviews:notifications")


@requires(Action.OPEN_WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: MemberRequest) -> HttpResponse:
    """What one wants to be told, and how often by letter."""
    form = NotificationForm(request.POST or None, choice=choice_of(request.user))
    if form.is_valid():
        choose(wanted=form.cleaned_data["wanted"], digest=Digest(form.cleaned_data["digest"]), by=request.member)
        messages.success(request, "Saved.")
        return redirect("reviews:notification_choices")
    return render(request, "reviews/notification_choices.html", {"form": form}, status=422 if form.errors else 200)
