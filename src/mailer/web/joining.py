"""Joining: a form asks, a mail confirms, a button subscribes (double opt-in)."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection

from mailer.address import Address, AddressError
from mailer.audience import Membership, confirm, ensure_list, membership
from mailer.audience import request as ask_to_join
from mailer.consent import wording_id
from mailer.language import best_locale, translator
from mailer.notices import already_subscribed, confirmation, post, wording_for
from mailer.store.tables import Channel, SubscriptionStatus
from mailer.tokens import InvalidTokenError, TokenPurpose
from mailer.web.answers import PERSONAL, asked_locale, page
from mailer.web.reading import shared, with_form
from mailer.web.site import Site, site_of

router = APIRouter()
LONGEST_NAME = 100
_LINK_LIKE = re.compile(r"://|www\.|[\x00-\x1f\x7f<>]")


@router.post("/s/{share_id}")
def ask(
    request: Request,
    share_id: str,
    email: Annotated[str, Form()] = "",
    name: Annotated[str, Form()] = "",
    agreed: Annotated[str, Form()] = "",
    lang: Annotated[str, Form()] = "",
) -> Response:
    """Ask to subscribe. The answer is the same whoever is on the list already."""
    site = site_of(request)
    with site.reading() as connection:
        _, list_key, copies = shared(connection, site, share_id)
    if copies is None:
        raise InvalidTokenError("this link is not valid")
    locale = best_locale(lang or asked_locale(request), copies.locales)
    address, error = _checked(email, name, locale, agreed=bool(agreed))
    if address is None:
        html = with_form(site, copies, list_key, share_id, locale, error)
        return HTMLResponse(html, status_code=422, headers=PERSONAL)
    act = site.act(request, Channel.FORM)
    frame = site.frame(list_key)
    with site.writing() as (connection, now):
        wording = wording_for(site.templates(list_key), frame, locale)
        asked = ask_to_join(
            connection,
            site.keys,
            address,
            ensure_list(connection, list_key),
            act,
            name=name.strip(),
            locale=locale,
            wording_id=wording_id(connection, wording, locale, now=now),
            share_id=share_id,
        )
        _write_to(connection, site, asked, address, locale, now)
    return page(request, "asked", locale=locale, frame=frame)


def _checked(email: str, name: str, locale: str, *, agreed: bool) -> tuple[Address | None, str]:
    _ = translator(locale).gettext
    if not agreed:
        return None, _("Please tick the box: without your consent nothing may be sent.")
    if len(name) > LONGEST_NAME or _LINK_LIKE.search(name):
        return None, _("Please enter a name, or leave the field empty.")
    try:
        return Address.parse(email), ""
    except AddressError:
        return None, _("This does not look like an e-mail address. Please check it.")


def _write_to(
    connection: Connection,
    site: Site,
    asked: Membership,
    address: Address,
    locale: str,
    now: datetime,
) -> None:
    frame = site.frame(asked.list_key)
    base = frame.base_url
    if asked.status is SubscriptionStatus.ACTIVE:
        letter = already_subscribed(frame, locale, base)
        # One a day, however often somebody types the address.
        cause = f"already:{asked.id}:{now:%Y-%m-%d}"
    else:
        token = site.signer.sign(TokenPurpose.CONFIRM, asked.id, asked.consent_id)
        letter = confirmation(frame, locale, f"{base}/k/{token}")
        cause = f"confirmation:{asked.consent_id}"
    post(
        connection,
        letter,
        to=address,
        cause=cause,
        frame=frame,
        templates=site.templates(asked.list_key),
        locale=locale,
        list_id=asked.list_id,
        keys=site.keys,
        now=now,
    )


@router.get("/k/{token}")
def confirm_page(request: Request, token: str) -> Response:
    """Ask for the one press of a button that counts; scanners open links, readers press."""
    site = site_of(request)
    claim = site.signer.read_claim(TokenPurpose.CONFIRM, token)
    with site.reading() as connection:
        asked = membership(connection, claim.subscription)
    if asked is None:
        raise InvalidTokenError("this link is not valid")
    return _confirming(
        request, site, asked, token, confirmed=asked.status is SubscriptionStatus.ACTIVE
    )


@router.post("/k/{token}")
def confirm_now(request: Request, token: str) -> Response:
    """Confirm; pressed twice, it is confirmed once."""
    site = site_of(request)
    claim = site.signer.read_claim(TokenPurpose.CONFIRM, token)
    act = site.act(request)
    with site.writing() as (connection, _now):
        asked = confirm(connection, site.keys, claim.subscription, claim.consent, act)
    if asked is None:
        raise InvalidTokenError("this link is not valid")
    return _confirming(request, site, asked, token, confirmed=True)


def _confirming(
    request: Request, site: Site, asked: Membership, token: str, *, confirmed: bool
) -> Response:
    frame = site.frame(asked.list_key)
    return page(
        request,
        "confirm",
        locale=asked.person.locale,
        frame=frame,
        address=Address.parse(asked.person.address).masked,
        confirmed=confirmed,
        action=f"{frame.base_url}/k/{token}",
    )
