"""E-mail addresses that letters go to."""

from django import forms


class MailAddressField(forms.EmailField):
    """An address that a letter can be sent to: ASCII before the @, and a domain that IDNA (RFC 3490) can encode.

    Django's own field takes some that mail cannot be addressed to.
    """

    def clean(self, value: str | None) -> str:
        address: str = super().clean(value)
        if not is_writable(address):
            raise forms.ValidationError("No letter can be sent to this address. Check how it is spelt.")
        return address


def is_writable(address: str) -> bool:
    """Whether a mail server can be given `address`, whose form is right."""
    name, _, domain = address.rpartition("@")
    try:
        name.encode("ascii")
        domain.encode("idna")
    except UnicodeError:
        return False
    return True
