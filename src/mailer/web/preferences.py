"""Preferences: the language a reader wants, and the way out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from mailer.address import Address
from mailer.audience import Membership, change_locale
from mailer.language import LOCALES
from mailer.store.tables import SubscriptionStatus
from mailer.tokens import TokenPurpose, Use
from mailer.web.answers import page
from mailer.web.leaving import test_page
from mailer.web.site import Site, site_of

router = APIRouter()


@router.get("/p/{token}")
def preferences_page(request: Request, token: str) -> Response:
    """What a reader can choose."""
    site = site_of(request)
    use = site.use(TokenPurpose.PREFERENCES, token)
    if use.is_test:
        return test_page(request, site)
    with site.reading() as connection:
        reader = site.reader(connection, use)
    return _preferences(request, site, use, reader, saved=False, locale=reader.person.locale)


@router.post("/p/{token}")
def save_preferences(request: Request, token: str, locale: Annotated[str, Form()] = "") -> Response:
    """Remember the language; what is not one of ours changes nothing."""
    site = site_of(request)
    use = site.use(TokenPurpose.PREFERENCES, token)
    if use.is_test:
        return test_page(request, site)
    known = locale in LOCALES
    with site.writing() as (connection, now):
        reader = site.reader(connection, use)
        if known:
            change_locale(connection, reader.person.id, locale, now)
    chosen = locale if known else reader.person.locale
    return _preferences(request, site, use, reader, saved=known, locale=chosen)


def _preferences(
    request: Request, site: Site, use: Use, reader: Membership, *, saved: bool, locale: str
) -> Response:
    leave = site.signer.sign(TokenPurpose.UNSUBSCRIBE, use.campaign, use.delivery)
    return page(
        request,
        "preferences",
        locale=locale,
        frame=site.frame(reader.list_key),
        address=Address.parse(reader.person.address).masked,
        chosen=locale,
        saved=saved,
        has_left=reader.status is SubscriptionStatus.UNSUBSCRIBED,
        leave_url=f"{site.workspace.settings.site.base_url}/u/{leave}",
    )
