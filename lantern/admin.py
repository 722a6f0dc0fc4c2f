"""The admin site of coalition staff: Django's own, behind password, one-time code and the gate."""

from functools import wraps
from typing import Any, NoReturn

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from accounts.passing import has_passed
from participants.staff_admin import StaffAdmin


class PortalAdminSite(admin.AdminSite):
    """Signing in happens on the portal's own pages; here one is staff already or sees nothing.

    Only pages that are `StaffAdmin` are here: those that libraries bring along would change things without an event.
    """

    site_header = "Lantern coalition"
    site_title = "Lantern"
    index_title = "Programme"
    site_url = "/"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take the page in if it is one of ours."""
        if admin_class is not None and issubclass(admin_class, StaffAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def get_urls(self) -> list[Any]:
        """Django's, but the way to an object's page outside: none has one, and it fails on odd ids."""
        return [entry for entry in super().get_urls() if getattr(entry, "name", "") != "view_on_site"]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """The view, whose refusals are a 404 as everywhere."""

        @wraps(view)
        def answer(*args: Any, **kwargs: Any) -> Any:
            try:
                return view(*args, **kwargs)
            except PermissionDenied as refused:
                raise Http404 from refused

        return super().admin_view(answer, cacheable)

    def has_permission(self, request: HttpRequest) -> bool:
        """The gate has let through only staff who passed both steps; asked again all the same."""
        user = request.user
        return has_passed(user) and bool(user.is_staff)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> NoReturn:
        """Not here: the admin's own page would change a password without writing it down."""
        raise Http404
