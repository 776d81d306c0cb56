"""Joining: a form asks, a mail to the address follows, whoever is on the list already."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi import Form as Posted
from sqlalchemy import Connection

from mailer.address import Address, AddressError
from mailer.audience import Membership, ensure_list
from mailer.audience import request as ask_to_join
from mailer.composing import Frame
from mailer.consent import wording_id
from mailer.language import translator
from mailer.notices import Letter, already_subscribed, confirmation, post, wording_for
from mailer.store.tables import Channel, SubscriptionStatus
from mailer.tokens import TokenPurpose
from mailer.web.answers import page
from mailer.web.sharing import (
    Form,
    find_shared,
    locale_for,
    not_published,
    show_shared,
    version_of,
)
from mailer.web.site import Site, site_of

router = APIRouter()
LONGEST_NAME = 100
# A name that carries a link would make our mails carry it to whomever the signer chose.
_NO_NAME = re.compile(r"://|www\.|@|[\x00-\x1f\x7f-\x9f<>]")
_UNPROCESSABLE = 422


@router.post("/s/{share_id}")
def ask(
    request: Request,
    share_id: str,
    email: Annotated[str, Posted()] = "",
    name: Annotated[str, Posted()] = "",
    agreed: Annotated[str, Posted()] = "",
    wording: Annotated[str, Posted()] = "",
    lang: Annotated[str, Posted()] = "",
) -> Response:
    """Ask to subscribe. The answer is the same whoever is on the list already."""
    site = site_of(request)
    with site.reading() as connection:
        shared = find_shared(connection, site, share_id)
    if shared.copies is None:
        return not_published(request, shared)
    locale = locale_for(request, shared, lang)
    frame = site.frame(shared.list_key)
    words = wording_for(site.templates(shared.list_key), frame, locale)
    address, errors = _checked(email, name, locale)
    agreement = _agreement_error(agreed, wording, words, locale)
    if agreement:
        errors["agreed"] = agreement
    if errors or address is None:
        form = Form(email, name, is_agreed=not agreement, errors=errors)
        return show_shared(request, shared, locale, form, status=_UNPROCESSABLE)
    act = site.act(request, Channel.FORM)
    with site.writing() as (connection, now):
        asked = ask_to_join(
            connection,
            site.keys,
            address,
            ensure_list(connection, shared.list_key),
            act,
            name=name.strip(),
            locale=locale,
            wording_id=wording_id(connection, words, locale, now=now),
            share_id=share_id,
        )
        _write_to(connection, site, asked, address, locale, now)
    return page(request, "asked", locale=locale, frame=frame)


def _checked(email: str, name: str, locale: str) -> tuple[Address | None, dict[str, str]]:
    _ = translator(locale).gettext
    errors: dict[str, str] = {}
    address = None
    try:
        address = Address.parse(email)
    except AddressError:
        errors["email"] = _("This does not look like an e-mail address: name@example.org")
    if len(name) > LONGEST_NAME or _NO_NAME.search(name):
        errors["name"] = _("Please enter a name, or leave the field empty.")
    return address, errors


def _agreement_error(agreed: str, shown: str, words: str, locale: str) -> str:
    """Why there is no consent to exactly these words; a form elsewhere may not name them."""
    _ = translator(locale).gettext
    if not agreed:
        return _("Please tick the box: without your consent nothing may be sent.")
    if shown and shown != version_of(words):
        return _("These words have changed since you opened the page: please read them again.")
    return ""


def _write_to(
    connection: Connection,
    site: Site,
    asked: Membership,
    address: Address,
    locale: str,
    now: datetime,
) -> None:
    frame = site.frame(asked.list_key)
    letter, cause = _letter(site, frame, asked, locale, now)
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
        signers=site.signers(asked.list_key),
    )


def _letter(
    site: Site, frame: Frame, asked: Membership, locale: str, now: datetime
) -> tuple[Letter, str]:
    """What the owner of the address is told, and its cause: once a request, once a day."""
    if asked.status is SubscriptionStatus.ACTIVE:
        token = site.signer.sign(TokenPurpose.MANAGE, asked.id, asked.consent_id)
        letter = already_subscribed(frame, locale, f"{frame.base_url}/m/{token}")
        return letter, f"already:{asked.id}:{now:%Y-%m-%d}"
    token = site.signer.sign(TokenPurpose.CONFIRM, asked.id, asked.consent_id)
    letter = confirmation(frame, locale, f"{frame.base_url}/k/{token}")
    return letter, f"confirmation:{asked.consent_id}"
