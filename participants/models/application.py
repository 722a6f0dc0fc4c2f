"""An application: what a company says about itself when it asks to take part."""

import json
from collections.abc import Mapping
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from lantern.lib.ids import new_id
from lantern.lib.seal import Place, keyring, seal, unseal
from participants.models.participant import Participant

ANSWERS = Place("participants_application", "answers")
Answers = dict[str, str | int | bool | None]


class Application(models.Model):
    """A draft behind a secret link until it is submitted; then it belongs to the participant that it made."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    link = models.UUIDField(help_text="Keyed fingerprint of the secret in the link.")
    participant = models.OneToOneField(Participant, on_delete=models.PROTECT, null=True, related_name="application")
    answers = models.BinaryField(help_text="Sealed.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    saved_at = models.DateTimeField(db_default=Now())
    submitted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["link"], name="application_is_unique_by_link"),
            models.CheckConstraint(
                condition=Q(participant__isnull=True, submitted_at__isnull=True)
                | Q(participant__isnull=False, submitted_at__isnull=False),
                name="application_has_participant_when_submitted",
            ),
        )

    def __str__(self) -> str:
        return f"application {self.id}"

    @property
    def opened_answers(self) -> Answers:
        """The answers by the name of their question. Raises `SealBroken`."""
        answers: Answers = json.loads(unseal(self.answers, ANSWERS, self.id))
        return answers

    def seal_answers(self, answers: Mapping[str, str | int | bool | None]) -> None:
        """Put the answers in."""
        self.answers = seal(json.dumps(dict(answers)), ANSWERS, self.id)


def link_fingerprint(secret: str) -> UUID:
    """The fingerprint under which the application with that secret is found."""
    return keyring().fingerprint("application", secret)
