"""Names on a service: user names, payment handles, and account numbers."""

from typing import ClassVar

from lantern.lib.folding import settle
from signals.faults import InvalidValue
from signals.kinds.base import HIDDEN, Basis, Kind, head
from signals.kinds.confusables import skeleton
from signals.kinds.text import DIRECTION, ZERO_WIDTH, nfkc_folded


class Username(Kind):
    """What an account is called on its service, whatever the case, the width and what cannot be seen."""

    name: ClassVar[str] = "username"
    label: ClassVar[str] = "User name"
    basis: ClassVar[Basis] = "incident"
    needs_service: ClassVar[bool] = True
    read_by_people: ClassVar[bool] = True

    def normalise(self, value: str) -> str:
        """NFKC, case-folded, no zero-width characters, no leading `@`; spaces and direction controls are refused."""
        if value.isascii():
            name = value.strip().lower()
        elif DIRECTION.search(value):
            raise InvalidValue
        else:
            name = settle(_visible, value)
        if len(name.split()) != 1 or not (name := name.lstrip("@")):
            raise InvalidValue
        return name

    def masked(self, normal: str) -> str:
        return f"{head(normal)}{HIDDEN}"

    def fold(self, normal: str) -> str:
        """What the name looks like (`signals.kinds.confusables`)."""
        return skeleton(normal)


class PaymentHandle(Username):
    """The name of an account that takes money. A leading `$` belongs to it."""

    name: ClassVar[str] = "payment_handle"
    label: ClassVar[str] = "Payment handle"

    def masked(self, normal: str) -> str:
        sign = "$" if len(normal) > 1 and normal.startswith("$") else ""
        return f"{sign}{head(normal[len(sign) :])}{HIDDEN}"


class AccountId(Kind):
    """The number or key a service itself knows an account by. Case and zeros matter."""

    name: ClassVar[str] = "account_id"
    label: ClassVar[str] = "Account id"
    basis: ClassVar[Basis] = "incident"
    needs_service: ClassVar[bool] = True
    read_by_people: ClassVar[bool] = True

    def normalise(self, value: str) -> str:
        """Trimmed, otherwise as given."""
        return value.strip()

    def masked(self, normal: str) -> str:
        return f"{head(normal)}{HIDDEN}"


def _visible(text: str) -> str:
    return ZERO_WIDTH.sub("", nfkc_folded(text)).strip()
