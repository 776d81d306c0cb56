"""Confirming: the owner of an address presses the button that the mail led to (double opt-in)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy import Connection

from mailer.audience import (
    Membership,
    confirm,
    forget_count,
    membership,
    pending_of,
    requested_tracking,
)
from mailer.campaigns import latest_share_id
from mailer.consent import recorded_at, wording_text, wording_text_of
from mailer.notices import welcome
from mailer.store.tables import SubscriptionStatus
from mailer.tokens import InvalidTokenError, SubscriptionClaim, TokenPurpose
from mailer.web.answers import page
from mailer.web.bearers import address_of
from mailer.web.letters import write_to
from mailer.web.origins import from_our_page
from mailer.web.routes import readable
from mailer.web.signing_up import mail_bucket
from mailer.web.site import Site, site_of

router = APIRouter()
CONFIRM_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Another list that the same person has asked for."""

    title: str
    wording: str
    action: str


@readable(router, "/k/{token}")
def confirm_page(request: Request, token: str) -> Response:
    """Ask for the one press of a button that counts; scanners open links, readers press."""
    site = site_of(request)
    claim = site.signer.read_claim(TokenPurpose.CONFIRM, token)
    with site.reading() as connection:
        asked = _asked(connection, claim, site.clock())
        words = wording_text(connection, claim.consent)
        ticked = [
            wording_text_of(connection, wording)
            for wording in requested_tracking(connection, asked, claim.consent).values()
        ]
    if asked.status is SubscriptionStatus.ACTIVE:
        return _welcome(request, asked)
    return page(
        request,
        "confirm",
        locale=asked.person.locale,
        frame=site.frame(asked.list_key),
        address=address_of(asked.person).masked,
        wording=words,
        ticked=ticked,
    )


@router.post("/k/{token}", dependencies=[from_our_page])
def confirm_now(request: Request, token: str, only: Annotated[str, Form()] = "") -> Response:
    """Confirm, all that was ticked or the list only; pressed twice, it is confirmed once."""
    site = site_of(request)
    claim = site.signer.read_claim(TokenPurpose.CONFIRM, token)
    act = site.act(request)
    with site.writing() as (connection, now):
        before = _asked(connection, claim, now)
        asked = confirm(
            connection,
            site.keys,
            claim.subscription,
            claim.consent,
            act,
            with_tracking=only != "list",
        )
        if asked is None:
            raise InvalidTokenError("this link is not valid")
        if before.status is SubscriptionStatus.PENDING:
            # Whoever pressed reads that mailbox: what they ask for next is no bombing.
            forget_count(connection, mail_bucket(site.keys, address_of(asked.person).key))
            _greet(connection, site, asked, now)
    return _welcome(request, asked)


def _greet(connection: Connection, site: Site, reader: Membership, now: datetime) -> None:
    share_id = latest_share_id(connection, reader.list_key)
    if not (site.workspace.list(reader.list_key).welcome and share_id):
        return
    frame = site.frame(reader.list_key)
    letter = welcome(frame, reader.person.locale, f"{frame.base_url}/s/{share_id}")
    write_to(connection, site, reader, letter, cause=f"welcome:{reader.consent_id}", now=now)


def _asked(connection: Connection, claim: SubscriptionClaim, now: datetime) -> Membership:
    """Who asked; raises InvalidTokenError where that is not their newest word, or too long ago."""
    found = membership(connection, claim.subscription)
    if found is None:
        raise InvalidTokenError("this link is not valid")
    waits = found.status is SubscriptionStatus.PENDING and found.consent_id == claim.consent
    is_open = waits and _is_open(connection, found, now)
    if not (is_open or found.status is SubscriptionStatus.ACTIVE):
        raise InvalidTokenError("this link is not valid")
    return found


def _welcome(request: Request, reader: Membership) -> Response:
    site = site_of(request)
    with site.reading() as connection:
        share_id = latest_share_id(connection, reader.list_key)
        # One mail a day may ask an address: it serves what was asked for on other lists too.
        others = [
            _Waiting(
                site.frame(one.list_key).title,
                wording_text(connection, one.consent_id),
                _confirm_path(site, one),
            )
            for one in pending_of(connection, reader.person)
            if one.list_key in site.workspace.settings.lists
            and _is_open(connection, one, site.clock())
        ]
    return page(
        request,
        "welcome",
        locale=reader.person.locale,
        frame=site.frame(reader.list_key),
        address=address_of(reader.person).masked,
        share_id=share_id,
        others=others,
    )


def _confirm_path(site: Site, asked: Membership) -> str:
    token = site.signer.sign(TokenPurpose.CONFIRM, asked.id, asked.consent_id)
    return f"{site.base_path}/k/{token}"


def _is_open(connection: Connection, asked: Membership, now: datetime) -> bool:
    at = recorded_at(connection, asked.consent_id)
    return at is not None and now - at <= CONFIRM_FOR
