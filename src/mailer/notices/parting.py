"""Leaving by another way than a page: by mail, or by the operator on a person's word."""

from __future__ import annotations

from sqlalchemy import Connection

from mailer.address import Address
from mailer.audience import Act, Membership, leave
from mailer.config import Workspace
from mailer.keys import Keys
from mailer.notices.frames import frame_of, templates_of
from mailer.notices.letters import goodbye, post
from mailer.notices.signing import signers_of
from mailer.store.tables import SubscriptionStatus
from mailer.tokens import Signer, TokenPurpose


def part(
    connection: Connection, workspace: Workspace, keys: Keys, reader: Membership, act: Act
) -> Membership:
    """Withdraw, at once; where a subscription ended by it, a goodbye holds the way back.

    Again, it changes nothing and mails nothing (GDPR 7(3)).
    """
    after = leave(connection, keys, reader, act)
    if reader.status is SubscriptionStatus.ACTIVE and after.consent_id != reader.consent_id:
        _say_goodbye(connection, workspace, keys, after, act)
    return after


def _say_goodbye(
    connection: Connection, workspace: Workspace, keys: Keys, left: Membership, act: Act
) -> None:
    frame = frame_of(workspace, left.list_key)
    locale = left.person.locale
    token = Signer(keys.links).sign(TokenPurpose.UNDO, left.id, left.consent_id)
    local, _, domain = left.person.address.rpartition("@")
    post(
        connection,
        goodbye(frame, locale, f"{frame.base_url}/undo/{token}"),
        to=Address(local, domain),
        cause=f"goodbye:{left.consent_id}",
        frame=frame,
        templates=templates_of(workspace, left.list_key),
        locale=locale,
        list_id=left.list_id,
        keys=keys,
        now=act.at,
        signers=signers_of(workspace, frame.sender.address.rpartition("@")[2]),
    )
