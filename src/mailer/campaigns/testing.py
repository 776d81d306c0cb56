"""Test copies: an issue as one reader would get it, to the editors only, acting on nobody."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from mailer.address import Address
from mailer.audience import ensure_list
from mailer.campaigns.copies import LinkSet, PersonalLinks
from mailer.campaigns.frozen import share_id_of
from mailer.campaigns.launching import register_issue
from mailer.campaigns.preparing import Prepared
from mailer.composing import Mail, Reader
from mailer.keys import Keys
from mailer.message import DkimSigner, message_id
from mailer.notices import Outgoing, enqueue
from mailer.store.tables import LegalBasis, NoticeKind
from mailer.tokens import Signer


def enqueue_test_copies(
    connection: Connection,
    prepared: Prepared,
    editors: Sequence[str],
    keys: Keys,
    *,
    share_id: str,
    now: datetime,
    signers: Sequence[DkimSigner] = (),
) -> int:
    """Put a copy of each edition for each editor into the outbox; returns how many.

    They are notices, marked TEST, and their personal links are signed for no delivery at all.
    """
    list_id = ensure_list(connection, prepared.issue.list)
    links = links_of_nobody(connection, prepared, keys, share_id=share_id, now=now)
    sender = prepared.frame.sender.address
    count = 0
    for locale, frozen in prepared.draft.editions.items():
        mail = Mail(frozen, signers)
        for editor in editors:
            cause = f"test:{prepared.slug}:{locale}:{secrets.token_hex(8)}"
            content = mail.wire(
                Reader(
                    address=Address.parse(editor),
                    locale=locale,
                    message_id=message_id(keys.messages, cause, sender.rpartition("@")[2]),
                    date=now.replace(microsecond=0),
                    test=True,
                    **links,
                )
            )
            enqueue(
                connection,
                Outgoing(
                    kind=NoticeKind.TEST,
                    legal_basis=LegalBasis.INTEREST,
                    cause=cause,
                    list_id=list_id,
                    sender=sender,
                    recipient=str(Address.parse(editor)),
                    content=content,
                ),
                now=now,
            )
            count += 1
    return count


def links_of_nobody(
    connection: Connection, prepared: Prepared, keys: Keys, *, share_id: str, now: datetime
) -> LinkSet:
    """Personal links that lead to the pages and act on nobody; the issue's own links work."""
    list_id = ensure_list(connection, prepared.issue.list)
    issue_id = register_issue(connection, prepared.plan(1), list_id, share_id=share_id, now=now)
    share = share_id_of(connection, issue_id)
    frame = prepared.frame
    return PersonalLinks(
        frame.base_url,
        Signer(keys.links),
        0,
        share,
        unsubscribe_address=frame.unsubscribe_address,
    ).of(0)
