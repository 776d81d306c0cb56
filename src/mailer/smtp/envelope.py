"""One message on its way, and what can befall it: the vocabulary shared with the upper rooms."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from mailer.smtp.replies import Reply


@dataclass(slots=True)
class Envelope:
    """One message to one recipient.

    `content` is wire-ready: every line ends in CRLF, the last too, and no line begins with a dot
    (so nothing need be stuffed, RFC 5321 4.5.2). `key` is the caller's own and never looked at.
    `sender` may be empty, the null reverse-path. `smtputf8` says that the *content* has UTF-8
    headers; addresses are looked at anyway. `envid` (RFC 3461 4.4), when not empty, asks for
    failure reports with headers only, where the server offers DSN.
    """

    key: object
    sender: str
    recipient: str
    content: bytes
    smtputf8: bool = False
    envid: str = ""


class Kind(StrEnum):
    """What became of a message."""

    ACCEPTED = "accepted"
    """The server took it over: 2xx after the final dot."""
    DEFERRED = "deferred"
    """Refused for now (4xx), or its sender was refused, which is no fault of the reader's."""
    FAILED = "failed"
    """Refused for good (5xx), or it can never be sent through this server; `why` says."""
    IN_DOUBT = "in_doubt"
    """The connection broke after the final dot: the server may have it or not (RFC 1047)."""
    UNSENT = "unsent"
    """Its content did not leave: send it again, at once if you like."""


class Stage(StrEnum):
    """How far the message had come."""

    CONNECT = "connect"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    CONTENT = "content"


class Outcome(NamedTuple):
    """The one thing that is said about each envelope taken.

    `reply` holds the server's answer where it decided, else `why` says in words.
    """

    envelope: Envelope
    kind: Kind
    stage: Stage
    reply: Reply | None = None
    why: str = ""

    def __str__(self) -> str:
        return f"{self.kind} at {self.stage}: {self.reply or self.why}"
