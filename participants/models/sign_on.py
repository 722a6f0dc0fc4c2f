"""A participant's own sign-on: its OpenID provider, and which of its people are who there."""

from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from lantern.lib.ids import new_id
from lantern.lib.seal import Place, keyring, seal, unseal
from participants.models.participant import Participant


class SignOn(models.Model):
    """The OpenID provider of one participant (OpenID Connect Discovery 1.0), by its issuer. The secret is sealed."""

    SECRET = Place("participants_signon", "secret")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    participant = models.OneToOneField(Participant, on_delete=models.PROTECT, related_name="sign_on")
    issuer = models.URLField(max_length=255, help_text="As the provider's own configuration names it.")
    client_id = models.CharField(max_length=255)
    secret = models.BinaryField()
    is_active = models.BooleanField(default=True)
    passwords_forbidden = models.BooleanField(
        default=False, help_text="Its people then sign in through their company only; the second step stays ours."
    )

    def __str__(self) -> str:
        return f"sign-on of {self.participant}"

    def seal_secret(self, secret: str) -> None:
        """Keep the client secret."""
        self.secret = seal(secret, self.SECRET, self.id)

    def opened_secret(self) -> str:
        """The client secret. Raises `SealBroken`."""
        return unseal(self.secret, self.SECRET, self.id)


class SignOnBinding(models.Model):
    """Who a person is at an OpenID provider: issuer and subject, which never change, unlike an e-mail address."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="sign_on_bindings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_on_bindings")
    issuer = models.URLField(max_length=255)
    subject = models.UUIDField(help_text="A fingerprint of the subject; the subject itself is not kept.")
    bound_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["issuer", "subject"], name="sign_on_subject_is_one_person"),
            models.UniqueConstraint(fields=["issuer", "user"], name="person_is_one_sign_on_subject"),
        )

    @staticmethod
    def fingerprint(issuer: str, subject: str) -> UUID:
        """What is kept of a subject."""
        return keyring().fingerprint("sign-on subject", issuer, subject)
