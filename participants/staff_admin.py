"""What every admin page of coalition staff shares: the policy decides, and each save is a service with its event."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from audit.models import AuditEvent
from participants.policies import Action, can

MOST_EVENTS = 200
"""The record's own page has all of them."""


def has_nul(request: HttpRequest) -> bool:
    """Whether a value of the address holds the one character that no text in the database can."""
    return any("\x00" in text for texts in request.GET.lists() for text in (texts[0], *texts[1]))


class Refused(Exception):
    """What staff wanted to save was refused by a service; says why, in a sentence for them."""


@contextmanager
def refusing(refusal: type[Exception], sentence: str) -> Iterator[None]:
    """Say `sentence` to staff where the block, or the method that this decorates, raises `refusal`."""
    try:
        yield
    except refusal:
        raise Refused(sentence) from None


class StaffAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Staff may look, add and change; nobody deletes.

    Where `save_model` raises `Refused`, nothing is kept, and its sentence is all that is said.
    Where `fresh_changes` is set, whoever changes something shows a factor again first (`lantern.middleware.Gate`).
    """

    fresh_changes = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return can(request.user, Action.ADMINISTER)  # type: ignore[arg-type]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can(request.user, Action.ADMINISTER)  # type: ignore[arg-type]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return can(request.user, Action.ADMINISTER)  # type: ignore[arg-type]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can(request.user, Action.ADMINISTER)  # type: ignore[arg-type]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """The form, or what comes of sending it."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(request.path)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Filters are compared as they come; a NUL would fail in the database."""
        if has_nul(request):
            raise IncorrectLookupParameters
        return super().get_changelist_instance(request)

    def response_action(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse | None:
        """Do what was chosen for the rows that were chosen; where these are no ids, nothing."""
        try:
            return super().response_action(request, *args, **kwargs)
        except (ValidationError, ValueError):
            return HttpResponseRedirect(request.path)

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        """Objects are called by their own key only; Django fails over names that are no fields."""
        return to_field == self.opts.pk.name

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        return super().get_object(request, object_id, from_field or None)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The audit event is the record; Django's own log would be a second, changeable one."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """As above."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What the record says about it, the latest first. Django's own log is not kept."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None or not self.has_view_permission(request, obj):
            raise Http404
        events = AuditEvent.objects.filter(target_type=self.opts.label_lower, target_id=str(obj.pk)).order_by("-id")
        context = {
            **self.admin_site.each_context(request),
            "title": f"History of {obj}",
            "object": obj,
            "opts": self.opts,
            "module_name": str(self.opts.verbose_name_plural).capitalize(),
            "events": events[:MOST_EVENTS],
        }
        return TemplateResponse(request, "admin/history.html", context)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> NoReturn:
        """What is not there is a 404, as everywhere; Django's own answer leads to the first page."""
        raise Http404


class ReadOnlyAdmin(StaffAdmin):
    """Staff may look."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False
