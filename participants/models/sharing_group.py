"""Sharing groups, and the permissions of participants on them."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase


class SharingGroup(models.Model):
    """Who shares with whom. Every signal lives in exactly one; access is a permission of participants on it."""

    DEFAULT_SLUG = "all"

    slug = models.SlugField(max_length=50, unique=True)
    name = models.CharField(max_length=100, unique=True)
    names_contributors = models.BooleanField(
        default=True, help_text="Whether members see which company shared a signal."
    )
    names_reviewers = models.BooleanField(
        default=False, help_text="Whether contributors see which company gave feedback on what they shared."
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    may_share: bool  # set by `participants.services.groups_of`

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]
        permissions = (
            ("view_signals", "Can see the signals of the group"),
            ("contribute_signals", "Can share signals in the group"),
        )

    def __str__(self) -> str:
        return self.name


class SharingGroupPermission(GroupObjectPermissionBase):
    """A participant's permission on a sharing group (guardian, with a plain foreign key)."""

    content_object = models.ForeignKey(SharingGroup, on_delete=models.CASCADE)


class SharingGroupUserPermission(UserObjectPermissionBase):
    """guardian wants the pair. Stays empty: permissions belong to participants, not to people."""

    content_object = models.ForeignKey(SharingGroup, on_delete=models.CASCADE)
