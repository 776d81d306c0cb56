"""A visit to a relay: hands are shaken as for mail, and nothing is sent."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mailer.smtp.capabilities import Capabilities
from mailer.smtp.handshake import shake_hands
from mailer.smtp.relay import RelayAddress


@dataclass(frozen=True, slots=True)
class Visit:
    """What a relay showed of itself."""

    offers: Capabilities
    peer: str
    """The address that answered."""
    tls: str
    """The version of TLS; empty in clear text."""
    certificate_ends: datetime | None


async def visit(relay: RelayAddress) -> Visit:
    """Connect, secure, greet and log in, then say goodbye; raises RelayError."""
    hands = await shake_hands(relay)
    try:
        peer: Any = hands.transport.get_extra_info("peername")
        tls: ssl.SSLObject | None = hands.transport.get_extra_info("ssl_object")
        seen = Visit(
            hands.offers,
            str(peer[0]) if peer else "",
            (tls.version() or "") if tls else "",
            _end_of(tls),
        )
        hands.transport.write(b"QUIT\r\n")  # RFC 5321 4.1.1.10
    finally:
        hands.transport.close()
    return seen


def _end_of(tls: ssl.SSLObject | None) -> datetime | None:
    certificate = tls.getpeercert() if tls else None
    ends = certificate.get("notAfter") if certificate else None
    if not isinstance(ends, str):
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC)
