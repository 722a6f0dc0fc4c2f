"""What must be in order before anything starts."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured

from lantern.lib.seal import forget_keys, keyring

SHORTEST = 50
FEWEST_LETTERS = 10
SHIPPED = ("django-insecure", "change", "secret")


def refuse_bad_keys() -> None:
    """Raises `ImproperlyConfigured`, without a key's text, where one is missing, short, a default or made by hand."""
    secret = settings.SECRET_KEY
    if len(secret) < SHORTEST or len(set(secret)) < FEWEST_LETTERS or secret.lower().startswith(SHIPPED):
        raise ImproperlyConfigured(f"The key django.key must be {SHORTEST} random characters or more.")
    forget_keys()
    keyring()


@register(Tags.security, deploy=True)
def check_keys(**_: Any) -> Sequence[CheckMessage]:
    """`manage.py check --deploy` says the same."""
    try:
        refuse_bad_keys()
    except ImproperlyConfigured as fault:
        return [Error(str(fault), id="lantern.E001")]
    return []
