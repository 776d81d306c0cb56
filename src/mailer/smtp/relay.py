"""Where a relay is, how the way to it is secured, and how long we wait for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Security(StrEnum):
    """How the connection is secured; neither of the last two ever falls back to clear text."""

    NONE = "none"
    STARTTLS = "starttls"  # RFC 3207
    TLS = "tls"  # RFC 8314 3.3: from the first byte


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds to wait, as RFC 5321 4.5.3.2 asks; `connect`, `command` and `quit` are our own."""

    connect: float = 30.0
    greeting: float = 300.0  # RFC 5321 4.5.3.2.1
    command: float = 300.0  # EHLO, STARTTLS, AUTH, RSET
    mail: float = 300.0  # RFC 5321 4.5.3.2.2
    rcpt: float = 300.0  # RFC 5321 4.5.3.2.3
    data: float = 120.0  # RFC 5321 4.5.3.2.4
    block: float = 180.0  # RFC 5321 4.5.3.2.5: each piece of the content
    final: float = 600.0  # RFC 5321 4.5.3.2.6: shorter ones make duplicates
    quit: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayAddress:
    """One relay, as the upper rooms name it.

    `hello` is the name we give in EHLO; empty means the address literal of our end of the
    connection (RFC 5321 4.1.3). `ca_file` replaces the system's certificate authorities.
    An empty `username` means no AUTH.
    """

    host: str
    port: int
    security: Security = Security.NONE
    username: str = ""
    password: str = field(default="", repr=False)
    hello: str = ""
    ca_file: Path | None = None
    timeouts: Timeouts = field(default_factory=Timeouts)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
