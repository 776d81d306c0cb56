"""Looking names up in DNS, so that no answer, a wrong answer and no network are three things."""

from __future__ import annotations

import dns.exception
import dns.resolver
import dns.reversename
from dns.rdatatype import RdataType

from mailer.errors import MailerError

PATIENCE_SECONDS = 4.0


class LookupFailedError(MailerError):
    """DNS gave no answer at all: no network, no server, or one that fails."""


class Lookups:
    """DNS as one run of the doctor sees it: each name is asked for once."""

    def __init__(self, servers: tuple[str, ...] = (), port: int = 53) -> None:
        """`servers` instead of the system's, by address."""
        self._resolver = dns.resolver.Resolver(configure=not servers)
        if servers:
            self._resolver.nameservers = list(servers)
            self._resolver.port = port
        self._resolver.lifetime = PATIENCE_SECONDS
        self._known: dict[tuple[str, RdataType], tuple[str, ...]] = {}

    def texts(self, name: str) -> tuple[str, ...]:
        """TXT records, each joined from its strings; raises LookupFailedError."""
        return self._ask(name, RdataType.TXT)

    def mail_servers(self, name: str) -> tuple[str, ...]:
        """The hosts of MX records; raises LookupFailedError."""
        return self._ask(name, RdataType.MX)

    def addresses(self, name: str) -> tuple[str, ...]:
        """IPv4 and IPv6 addresses; raises LookupFailedError."""
        return (*self._ask(name, RdataType.A), *self._ask(name, RdataType.AAAA))

    def names_of(self, address: str) -> tuple[str, ...]:
        """The names an address has; raises LookupFailedError."""
        return self._ask(str(dns.reversename.from_address(address)), RdataType.PTR)

    def _ask(self, name: str, kind: RdataType) -> tuple[str, ...]:
        key = (name.lower().rstrip("."), kind)
        if key not in self._known:
            self._known[key] = self._answer(name, kind)
        return self._known[key]

    def _answer(self, name: str, kind: RdataType) -> tuple[str, ...]:
        try:
            answer = self._resolver.resolve(name, kind, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return ()
        except (dns.exception.DNSException, OSError) as error:
            raise LookupFailedError(
                f"DNS gives no answer about {name}: {type(error).__name__}",
                mend="is there a network? try again later",
            ) from None
        return tuple(_words(record, kind) for record in answer)


def _words(record: object, kind: RdataType) -> str:
    match kind:
        case RdataType.TXT:
            strings: tuple[bytes, ...] = record.strings  # type: ignore[attr-defined]
            return b"".join(strings).decode("utf-8", "replace")
        case RdataType.MX:
            return str(record.exchange).rstrip(".")  # type: ignore[attr-defined]
        case RdataType.PTR:
            return str(record.target).rstrip(".")  # type: ignore[attr-defined]
        case _:
            return str(record)
