"""What every admin page of coalition staff shares: the policy decides, and each save is a service with its event."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from participants.policies import Action, can


class StaffAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Staff may look, add and change; nobody deletes.

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

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The audit event is the record; Django's own log would be a second, changeable one."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """As above."""


class ReadOnlyAdmin(StaffAdmin):
    """Staff may look."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False
