"""The way back: a withdrawal taken back within thirty days, by a link that only its reader got."""

from __future__ import annotations

from datetime import datetime, timedelta

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from mailer.audience import Membership, membership, undo_leaving
from mailer.consent import recorded_at
from mailer.store.tables import SubscriptionStatus
from mailer.tokens import InvalidTokenError, SubscriptionClaim, TokenPurpose
from mailer.web.answers import page
from mailer.web.bearers import address_of
from mailer.web.origins import from_our_page
from mailer.web.routes import readable
from mailer.web.site import Site, site_of

router = APIRouter()
UNDO_FOR = timedelta(days=30)


@readable(router, "/undo/{token}")
def undo_page(request: Request, token: str) -> Response:
    """Offer the way back; nothing changes before the button is pressed."""
    site = site_of(request)
    claim = site.signer.read_claim(TokenPurpose.UNDO, token)
    with site.reading() as connection:
        reader = membership(connection, claim.subscription)
        if reader is None or not _is_open(connection, reader, claim, site.clock()):
            raise InvalidTokenError("this link is not valid")
    return _back(request, site, reader)


@router.post("/undo/{token}", dependencies=[from_our_page])
def undo_now(request: Request, token: str) -> Response:
    """Take the withdrawal back; pressed twice, it is taken back once."""
    site = site_of(request)
    claim = site.signer.read_claim(TokenPurpose.UNDO, token)
    act = site.act(request)
    with site.writing() as (connection, now):
        before = membership(connection, claim.subscription, locked=True)
        if before is None or not _is_open(connection, before, claim, now):
            raise InvalidTokenError("this link is not valid")
        reader = undo_leaving(connection, site.keys, claim.subscription, claim.consent, act)
    if reader is None:
        raise InvalidTokenError("this link is not valid")
    return _back(request, site, reader)


def _is_open(
    connection: Connection, reader: Membership, claim: SubscriptionClaim, now: datetime
) -> bool:
    """Whether the withdrawal is young enough, and the person's newest word or taken back."""
    left_at = recorded_at(connection, claim.consent)
    if left_at is None or now - left_at > UNDO_FOR:
        return False
    return reader.status is SubscriptionStatus.ACTIVE or reader.consent_id == claim.consent


def _back(request: Request, site: Site, reader: Membership) -> Response:
    return page(
        request,
        "back" if reader.status is SubscriptionStatus.ACTIVE else "undo",
        locale=reader.person.locale,
        frame=site.frame(reader.list_key),
        address=address_of(reader.person).masked,
    )
