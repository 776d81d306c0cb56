"""Preferences: the language a reader wants, and the way out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from mailer.audience import Membership, change_locale
from mailer.campaigns import latest_share_id
from mailer.language import LOCALES
from mailer.store.tables import SubscriptionStatus
from mailer.tokens import TokenPurpose
from mailer.web.answers import page
from mailer.web.bearers import Bearer, address_of, bearer
from mailer.web.leaving import leave_by_page, test_copy
from mailer.web.origins import from_our_page
from mailer.web.routes import readable
from mailer.web.site import site_of

router = APIRouter()
Field = Annotated[str, Form()]
NAMES = {"fr": "Français", "en": "English"}
"""Each language in its own words, for whoever cannot read the page's."""


@readable(router, "/p/{token}")
def preferences_page(request: Request, token: str) -> Response:
    """What a reader can choose, from the link in each issue."""
    return _show(request, bearer(site_of(request), TokenPurpose.PREFERENCES, token))


@router.post("/p/{token}", dependencies=[from_our_page])
def save_preferences(request: Request, token: str, locale: Field = "", act: Field = "") -> Response:
    """Remember the choice."""
    holder = bearer(site_of(request), TokenPurpose.PREFERENCES, token)
    return _save(request, holder, locale=locale, act=act)


@readable(router, "/m/{token}")
def manage_page(request: Request, token: str) -> Response:
    """The same, from the link in a mail that belongs to no issue."""
    return _show(request, bearer(site_of(request), TokenPurpose.MANAGE, token))


@router.post("/m/{token}", dependencies=[from_our_page])
def manage(request: Request, token: str, locale: Field = "", act: Field = "") -> Response:
    """Remember the choice."""
    holder = bearer(site_of(request), TokenPurpose.MANAGE, token)
    return _save(request, holder, locale=locale, act=act)


def _save(request: Request, holder: Bearer, *, locale: str, act: str) -> Response:
    if act == "leave":
        return leave_by_page(request, holder)
    is_known = locale in LOCALES and not holder.is_nobody
    if is_known:  # what is not a language of ours changes nothing
        with site_of(request).writing() as (connection, now):
            change_locale(connection, holder.reader(connection).person.id, locale, now)
    return _show(request, holder, is_saved=is_known)


def _show(request: Request, holder: Bearer, *, is_saved: bool = False) -> Response:
    if holder.is_nobody:
        return test_copy(request)
    site = site_of(request)
    with site.reading() as connection:
        reader: Membership = holder.reader(connection)
        share_id = latest_share_id(connection, reader.list_key)
    return page(
        request,
        "preferences",
        locale=reader.person.locale,
        frame=site.frame(reader.list_key),
        address=address_of(reader.person).masked,
        languages=[(code, NAMES[code]) for code in LOCALES],
        chosen=reader.person.locale,
        is_saved=is_saved,
        is_reader=reader.status is SubscriptionStatus.ACTIVE,
        share_id=share_id,
    )
