"""Whose fault: ours (a bug), theirs (the relay broke the protocol), or nobody's (it is down)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailer.errors import MailerError

if TYPE_CHECKING:
    from mailer.smtp.replies import Reply


class LocalError(MailerError):
    """Our own side asked for a step that the protocol forbids: a bug, never the relay's doing."""


class RelayError(MailerError):
    """The relay cannot take mail now; it says nothing about any reader.

    `reply` holds the relay's own words where it gave any.
    """

    def __init__(self, what: str, *, reply: Reply | None = None, mend: str = "") -> None:
        super().__init__(what, mend=mend)
        self.reply = reply


class UnreachableError(RelayError):
    """Nobody answers at that host and port."""


class GreetingError(RelayError):
    """The relay answered, but would not serve us (greeting, EHLO or HELO refused)."""


class TlsError(RelayError):
    """The connection could not be made secure; nothing was sent in clear instead."""


class AuthError(RelayError):
    """The relay does not take our user name and password, or we may not show them here."""


class ClosingError(RelayError):
    """The relay said 421 and ended the connection (RFC 5321 3.8)."""


class LostError(RelayError):
    """The connection broke, or the relay closed it without a word."""


class TimedOutError(RelayError):
    """The relay kept silent longer than RFC 5321 4.5.3.2 asks us to wait."""


class RemoteError(RelayError):
    """The relay broke the protocol, so no further answer of it can be matched to a command."""
