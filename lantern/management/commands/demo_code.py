"""`manage.py demo_code EMAIL`: what the person's authenticator would show."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Authenticator
from lantern.demo.people import refuse_outside_demo
from lantern.lib.tenancy import acting_as_system


class Command(BaseCommand):
    """Refused outside a demo installation. Codes work once: where all near ones are spent it waits for the next."""

    help = "Prints the current one-time code of a person of the demo world."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose code."""
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_outside_demo()
        while (seconds := _device(options["email"]).seconds_until_acceptable()) > 0:
            self.stderr.write(f"The codes of this minute are spent; the next one comes in {seconds:.0f} s.")
            time.sleep(seconds)
        self.stdout.write(_device(options["email"]).current_code())


def _device(email: str) -> Authenticator:
    with acting_as_system():
        device: Authenticator | None = Authenticator.objects.filter(user__email__iexact=email, confirmed=True).first()
    if device is None:
        raise CommandError(f"Nobody called {email} has an authenticator here.")
    return device
