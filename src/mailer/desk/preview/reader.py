"""Through whose eyes an issue is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from mailer.address import Address
from mailer.campaigns import PersonalLinks, Prepared, first_name
from mailer.composing import Reader
from mailer.errors import InputError
from mailer.keys import Keys
from mailer.message import message_id
from mailer.store.tables import Subscriber
from mailer.tokens import Signer

SAMPLE_SHARE = "preview"


@dataclass(frozen=True, slots=True)
class PreviewReader:
    """What the mail knows of the reader it is shown to."""

    name: str = ""
    address: str = "reader@example.org"
    locale: str = ""
    """Empty: the issue's own."""
    attributes: Mapping[str, Any] = field(default_factory=dict)

    def of(self, prepared: Prepared, keys: Keys, locale: str, now: datetime) -> Reader:
        """The reader of one edition. Personal links show, and act on nobody."""
        links = PersonalLinks(prepared.frame.base_url, Signer(keys.links), 0, SAMPLE_SHARE)
        domain = prepared.frame.sender.address.rpartition("@")[2]
        return Reader(
            address=Address.parse(self.address),
            name=self.name,
            first_name=first_name(self.name, self.attributes),
            locale=locale,
            attributes=self.attributes,
            message_id=message_id(keys.messages, f"preview:{prepared.slug}:{locale}", domain),
            date=now.replace(microsecond=0),
            **links.of(0),
        )


NOBODY_KNOWN = PreviewReader()
"""A reader of whom nothing is known but the address."""
SOMEBODY = PreviewReader(name="Camille Exemple", address="camille@example.org")


def known_reader(connection: Connection, address: str) -> PreviewReader:
    """The subscriber of that address; raises InputError where there is none."""
    row = connection.execute(
        select(Subscriber.name, Subscriber.address, Subscriber.locale, Subscriber.attributes).where(
            Subscriber.address_key == Address.parse(address).key
        )
    ).one_or_none()
    if row is None:
        raise InputError(f"nobody reads under {address}", mend="see: mailer consent show")
    return PreviewReader(*row)
