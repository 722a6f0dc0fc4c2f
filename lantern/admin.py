"""The admin site of coalition staff: Django's own, behind password, one-time code and the gate."""

from typing import Any, NoReturn

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.http import Http404, HttpRequest

from accounts.passing import has_passed


class PortalAdminSite(admin.AdminSite):
    """Signing in happens on the portal's own pages; here one is staff already or sees nothing."""

    site_header = "Lantern coalition"
    site_title = "Lantern"
    index_title = "Programme"
    site_url = "/"

    def has_permission(self, request: HttpRequest) -> bool:
        """The gate has let through only staff who passed both steps; asked again all the same."""
        user = request.user
        return has_passed(user) and bool(user.is_staff)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> NoReturn:
        """Not here: the admin's own page would change a password without writing it down."""
        raise Http404


class PortalAdminConfig(AdminConfig):
    """Makes `django.contrib.admin.site` ours."""

    default_site = "lantern.admin.PortalAdminSite"
