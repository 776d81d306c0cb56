"""One reader, as far as a mail or a page needs to know them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from mailer.address import Address
from mailer.rendering import Values

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(slots=True)  # not frozen: one is made for every message, in a third of the time
class Reader:
    """Who gets a copy, and where its personal links lead; a URL that does not apply is "".

    A page that belongs to nobody is filled for `Reader()`. `wire` needs `address`, `message_id`
    (with its angle brackets) and `date`. `email` is the address as the mail's text shows it, by
    default as it is written to.
    """

    address: Address | None = None
    name: str = ""
    first_name: str = ""
    email: str = ""
    locale: str = ""
    attributes: Mapping[str, str] = field(default_factory=lambda: _NONE)
    unsubscribe: str = ""
    unsubscribe_mailto: str = ""
    """A mailto: URI for the header alone, where an inbox for it is configured (RFC 2369 3.2)."""
    preferences: str = ""
    view: str = ""
    share: str = ""
    subscribe: str = ""
    pixel: str = ""
    follow: str = ""
    """What stands behind every content link of their copy: "/" and their click token."""
    message_id: str = ""
    date: datetime | None = None
    test: bool = False

    def values(self) -> Values:
        """The names of stage two."""
        values: dict[str, object] = {
            "subscriber.name": self.name,
            "subscriber.first_name": self.first_name,
            "subscriber.email": self.email or (str(self.address) if self.address else ""),
            "subscriber.locale": self.locale,
            "links.unsubscribe": self.unsubscribe,
            "links.preferences": self.preferences,
            "links.view": self.view,
            "links.share": self.share,
            "links.subscribe": self.subscribe,
            "links.pixel": self.pixel,
            "links.follow": self.follow,
            "test": self.test,
        }
        for key, value in self.attributes.items():
            values[f"subscriber.attributes.{key}"] = value
        return values
