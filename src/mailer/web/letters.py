"""A letter of ours to one person about one list, written into the outbox."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from mailer.address import Address
from mailer.audience import Membership
from mailer.notices import Letter, post
from mailer.tokens import TokenPurpose
from mailer.web.bearers import address_of
from mailer.web.site import Site


def write_to(
    connection: Connection,
    site: Site,
    reader: Membership,
    letter: Letter,
    *,
    cause: str,
    now: datetime,
    to: Address | None = None,
    locale: str | None = None,
) -> bool:
    """Post a letter to a reader, or to another address of theirs; whether its cause was new."""
    return post(
        connection,
        letter,
        to=to or address_of(reader.person),
        cause=cause,
        frame=site.frame(reader.list_key),
        templates=site.templates(reader.list_key),
        locale=locale or reader.person.locale,
        list_id=reader.list_id,
        keys=site.keys,
        now=now,
        signers=site.signers(reader.list_key),
    )


def manage_url(site: Site, reader: Membership) -> str:
    """The link to all of a person's choices, for a mail to them alone."""
    token = site.signer.sign(TokenPurpose.MANAGE, reader.id, reader.consent_id)
    return f"{site.frame(reader.list_key).base_url}/m/{token}"
