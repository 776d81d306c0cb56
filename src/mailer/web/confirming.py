"""Confirming: the owner of an address presses the button that the mail led to (double opt-in)."""

from __future__ import annotations

from datetime import datetime, timedelta

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from mailer.audience import Membership, confirm, membership
from mailer.campaigns import latest_share_id
from mailer.consent import recorded_at, wording_text
from mailer.store.tables import SubscriptionStatus
from mailer.tokens import InvalidTokenError, SubscriptionClaim, TokenPurpose
from mailer.web.answers import page
from mailer.web.bearers import address_of
from mailer.web.routes import readable
from mailer.web.site import site_of

router = APIRouter()
CONFIRM_FOR = timedelta(days=30)


@readable(router, "/k/{token}")
def confirm_page(request: Request, token: str) -> Response:
    """Ask for the one press of a button that counts; scanners open links, readers press."""
    site = site_of(request)
    claim = site.signer.read_claim(TokenPurpose.CONFIRM, token)
    with site.reading() as connection:
        asked = _asked(connection, claim, site.clock())
        words = wording_text(connection, claim.consent)
    if asked.status is SubscriptionStatus.ACTIVE:
        return _welcome(request, asked)
    return page(
        request,
        "confirm",
        locale=asked.person.locale,
        frame=site.frame(asked.list_key),
        address=address_of(asked.person).masked,
        wording=words,
    )


@router.post("/k/{token}")
def confirm_now(request: Request, token: str) -> Response:
    """Confirm; pressed twice, it is confirmed once."""
    site = site_of(request)
    claim = site.signer.read_claim(TokenPurpose.CONFIRM, token)
    act = site.act(request)
    with site.writing() as (connection, now):
        _asked(connection, claim, now)
        asked = confirm(connection, site.keys, claim.subscription, claim.consent, act)
    if asked is None:
        raise InvalidTokenError("this link is not valid")
    return _welcome(request, asked)


def _asked(connection: Connection, claim: SubscriptionClaim, now: datetime) -> Membership:
    """Who asked; raises InvalidTokenError where that is not their newest word, or too long ago."""
    found = membership(connection, claim.subscription)
    at = recorded_at(connection, claim.consent)
    if found is None or at is None:
        raise InvalidTokenError("this link is not valid")
    waits = found.status is SubscriptionStatus.PENDING and found.consent_id == claim.consent
    is_open = waits and now - at <= CONFIRM_FOR
    if not (is_open or found.status is SubscriptionStatus.ACTIVE):
        raise InvalidTokenError("this link is not valid")
    return found


def _welcome(request: Request, reader: Membership) -> Response:
    site = site_of(request)
    with site.reading() as connection:
        share_id = latest_share_id(connection, reader.list_key)
    return page(
        request,
        "welcome",
        locale=reader.person.locale,
        frame=site.frame(reader.list_key),
        address=address_of(reader.person).masked,
        share_id=share_id,
    )
