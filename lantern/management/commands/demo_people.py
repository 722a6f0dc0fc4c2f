"""`manage.py demo_people`: who is there to try it with."""

import json
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Q

from accounts.models import User
from lantern.demo.people import PASSWORD, refuse_outside_demo
from lantern.lib.tenancy import acting_as_system
from participants.models import ParticipantState


class Command(BaseCommand):
    """Refused outside a demo installation."""

    help = "Lists the people of the demo world as JSON: email, password, participant, role."

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_outside_demo()
        with acting_as_system():
            users = User.objects.select_related("member__participant").order_by("pk")
            trying = Q(member__isnull=True) | Q(member__participant__state=ParticipantState.ACTIVE)
            people = [_told(user) for user in users.filter(trying)]
        self.stdout.write(json.dumps(people, indent=2))


def _told(user: User) -> dict[str, str | None]:
    member = getattr(user, "member", None)
    return {
        "email": user.email,
        "password": PASSWORD,
        "participant": member.participant.slug if member else None,
        "role": member.role if member else user.coalition_role,
    }
