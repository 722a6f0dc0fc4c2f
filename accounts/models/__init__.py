"""Who you are: people, and their authenticators."""

from accounts.models.authenticator import Authenticator
from accounts.models.user import CoalitionRole, User

__all__ = ["Authenticator", "CoalitionRole", "User"]
