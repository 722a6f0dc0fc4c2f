"""What must be in order before anything starts."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured

from audit.keys import signer
from lantern.lib.seal import forget_keys, keyring

SHORTEST = 50
SHORTEST_METRICS = 32
FEWEST_LETTERS = 10
SHIPPED = ("django-insecure", "change", "secret")


def refuse_bad_keys() -> None:
    """Raises `ImproperlyConfigured`, without a key's text, where one is missing, short, a default or made by hand."""
    secret = settings.SECRET_KEY
    if len(secret) < SHORTEST or len(set(secret)) < FEWEST_LETTERS or secret.lower().startswith(SHIPPED):
        raise ImproperlyConfigured(f"The key django.key must be {SHORTEST} random characters or more.")
    forget_keys()
    keyring()
    signer.cache_clear()
    signer()
    if 0 < len(settings.METRICS_KEY) < SHORTEST_METRICS:
        raise ImproperlyConfigured(f"The key metrics.key must be {SHORTEST_METRICS} random characters or more.")


def refuse_weak_settings() -> None:
    """Raises `ImproperlyConfigured` where an installation that is no demo could be read or entered by strangers."""
    if settings.DEMO:
        return
    if settings.DEBUG or not settings.HTTPS:
        raise ImproperlyConfigured("LANTERN_HTTPS=0 is for the demo: signals must not travel in the clear.")
    if not settings.ALLOWED_HOSTS or any(host.startswith((".", "*")) for host in settings.ALLOWED_HOSTS):
        raise ImproperlyConfigured("LANTERN_HOSTS must name each host: no list, a star or a leading dot is too wide.")
    for path in sorted(settings.KEYS_DIR.glob("*.*")):
        if path.stat().st_mode & 0o077:
            raise ImproperlyConfigured(
                f"The key {path.name} can be read by other users of this machine: run chmod 600."
            )


def refuse_to_start() -> None:
    """What web, worker and beat ask first. Raises `ImproperlyConfigured`."""
    refuse_bad_keys()
    refuse_weak_settings()


@register(Tags.security, deploy=True)
def check_keys(**_: Any) -> Sequence[CheckMessage]:
    """`manage.py check --deploy` says the same."""
    try:
        refuse_to_start()
    except ImproperlyConfigured as fault:
        return [Error(str(fault), id="lantern.E001")]
    return []
