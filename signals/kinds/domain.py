"""Domains that are used for nothing else."""

from typing import ClassVar

from signals.faults import InvalidValue
from signals.kinds.base import Basis, Kind
from signals.kinds.defang import defang_domain, refang_domain
from signals.kinds.hosts import ascii_host, is_too_broad, masked_host


class Domain(Kind):
    """A domain name in lower-case ASCII. A public suffix or a mainstream site is too broad to be one."""

    name: ClassVar[str] = "domain"
    label: ClassVar[str] = "Domain"
    basis: ClassVar[Basis] = "content"

    def normalise(self, value: str) -> str:
        """Defanging undone, IDNA ASCII (UTS 46, non-transitional), no trailing dot."""
        host = ascii_host(refang_domain(value.strip()))
        if is_too_broad(host):
            raise InvalidValue("too_broad")
        return host

    def masked(self, normal: str) -> str:
        return masked_host(normal)

    def show(self, normal: str) -> str:
        return defang_domain(normal)
