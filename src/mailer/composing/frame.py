"""What stands around every mail of a list: who sends it, under which name, from where."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol


class Mailbox(Protocol):
    """A display name (may be empty) and an address whose domain is ASCII."""

    @property
    def name(self) -> str:
        """The display name."""

    @property
    def address(self) -> str:
        """The address."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One list as its mails show it. In templates it is `list`.

    `base_url` has no slash at its end. `archive` is the URL of the list's archive, or nothing.
    """

    list_key: str
    title: str
    sender: Mailbox
    list_id: str
    postal_address: str
    contact: str
    privacy_url: str
    base_url: str
    locale: str = "en"
    timezone: str = "UTC"
    reply_to: Mailbox | None = None
    description: str = ""
    archive: str = ""
    unsubscribe_address: str = ""
    """Where mails that ask to leave arrive, where an inbox for them is read; or nothing."""

    @property
    def feedback_sender(self) -> str:
        """Who we are in Feedback-ID: 5 to 15 characters that never change (Gmail)."""
        domain = re.sub(r"[^a-z0-9]", "", self.sender.address.rpartition("@")[2].lower())
        return (domain + "mailer")[:15]
