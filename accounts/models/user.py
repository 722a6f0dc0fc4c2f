"""A person who signs in by e-mail."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower, Now


class CoalitionRole(models.TextChoices):
    """A coalition person's part; participants' people have none."""

    NONE = "", "none"
    STAFF = "staff", "staff"
    AUDITOR = "auditor", "auditor"


class UserManager(BaseUserManager["User"]):
    """Users by e-mail, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):  # type: ignore[django-manager-missing]
    """A person with an e-mail address. What they may do hangs on their membership or coalition role, not on them."""

    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=100)
    coalition_role = models.CharField(max_length=16, choices=CoalitionRole, default=CoalitionRole.NONE, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = UserManager()
    participant_id: ClassVar[None] = None

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        constraints = (
            models.UniqueConstraint(Lower("email"), name="user_email_is_unique_in_any_case"),
            models.CheckConstraint(
                condition=models.Q(coalition_role__in=CoalitionRole.values), name="user_coalition_role_is_known"
            ),
        )

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def user_id(self) -> int:
        """So that a coalition user can stand as the actor of an audit event, as a member does."""
        return self.pk

    @property
    def is_staff(self) -> bool:
        """Whether the Django admin is there for this person."""
        return self.coalition_role == CoalitionRole.STAFF
