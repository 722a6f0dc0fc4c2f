from django.apps import AppConfig
from django.contrib.admin import apps as admin


class LanternConfig(AppConfig):
    name = "lantern"
    verbose_name = "Lantern"

    def ready(self) -> None:
        from lantern import starting  # noqa: F401, PLC0415 -- connects itself


class PortalAdminConfig(admin.AdminConfig):
    """Makes `django.contrib.admin.site` ours."""

    default = False  # of this module, which is Lantern's own
    default_site = "lantern.admin.PortalAdminSite"
