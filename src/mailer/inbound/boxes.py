"""A mailbox as its reader sees it, whatever it is kept in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from mailer.errors import MailerError

MOST_OCTETS = 65_536
"""So much of a message is read: its header, which says all that matters here."""


class InboundError(MailerError):
    """The mailbox cannot be read."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """One message that nobody has looked at yet."""

    name: str
    """What the mailbox knows it by."""
    header: bytes


class Box(Protocol):
    """An open mailbox."""

    def arrived(self) -> Iterator[Arrived]:
        """The new messages, oldest first; raises InboundError."""

    def finish(self, name: str) -> None:
        """Take away what was acted on; called after the commit only. Raises InboundError."""

    def leave_be(self, name: str) -> None:
        """Mark as read, and leave to people, what is not for us. Raises InboundError."""
