"""Preferences: language, pause, tracking, and the way out; from one's own link also the rest.

A copy gets forwarded with its links. So what they show is masked, each change is told to the
reader by mail, and lists and address stand only behind a link that was sent to the reader alone.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, ConfigDict

from mailer.audience import Membership, asked_purposes, may_be_asked, pause_of, tracking_of
from mailer.campaigns import latest_share_id
from mailer.language import LOCALES
from mailer.stats import came_through
from mailer.store.tables import Purpose, SubscriptionStatus
from mailer.tokens import TokenPurpose
from mailer.web.answers import page
from mailer.web.bearers import Bearer, address_of, bearer
from mailer.web.choosing import WEEKS, Choice, choose, lists_of, send_own_link
from mailer.web.forms import version_of, words_of
from mailer.web.leaving import leave_by_page, test_copy
from mailer.web.moving import ask_for_move
from mailer.web.origins import from_our_page
from mailer.web.routes import readable
from mailer.web.signing_up import TooManyError
from mailer.web.site import site_of

router = APIRouter()
NAMES = {"fr": "Français", "en": "English"}
"""Each language in its own words, for whoever cannot read the page's."""


class Posted(BaseModel):
    """What a form of the page said."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    act: str = ""
    locale: str = ""
    weeks: str = ""
    list: str = ""
    email: str = ""
    asked: str = ""
    """Set where the tracking boxes were on the form: an empty one then says no."""
    opens: str = ""
    clicks: str = ""
    forwards: str = ""


@readable(router, "/p/{token}")
def preferences_page(request: Request, token: str) -> Response:
    """What a reader can choose, from the link in each issue."""
    return _show(request, bearer(site_of(request), TokenPurpose.PREFERENCES, token))


@router.post("/p/{token}", dependencies=[from_our_page])
def save_preferences(request: Request, token: str, posted: Annotated[Posted, Form()]) -> Response:
    """Remember the choice."""
    return _act(request, bearer(site_of(request), TokenPurpose.PREFERENCES, token), posted)


@readable(router, "/m/{token}")
def manage_page(request: Request, token: str) -> Response:
    """The same and more, from the link in a mail that belongs to no issue."""
    return _show(request, bearer(site_of(request), TokenPurpose.MANAGE, token))


@router.post("/m/{token}", dependencies=[from_our_page])
def manage(request: Request, token: str, posted: Annotated[Posted, Form()]) -> Response:
    """Remember the choice."""
    return _act(request, bearer(site_of(request), TokenPurpose.MANAGE, token), posted)


def _act(request: Request, holder: Bearer, posted: Posted) -> Response:
    if posted.act == "leave":
        return leave_by_page(request, holder)
    if holder.is_nobody:
        return test_copy(request)
    try:
        told = _done(request, holder, posted)
    except TooManyError:
        site = site_of(request)
        with site.reading() as connection:
            reader = holder.reader(connection)
        frame, locale = site.frame(reader.list_key), reader.person.locale
        return page(request, "too_often", locale=locale, frame=frame, status=429)
    return _show(request, holder, told=told)


def _done(request: Request, holder: Bearer, posted: Posted) -> str:
    """Do what a form asks; returns what the page then says: «saved», «sent» or nothing."""
    site = site_of(request)
    if posted.act == "link":
        return send_own_link(site, holder)
    if posted.act == "address" and holder.is_own:
        return ask_for_move(site, holder, posted.email)
    choice = Choice(
        act=posted.act,
        locale=posted.locale,
        weeks=posted.weeks,
        list_key=posted.list if holder.is_own else "",
        has_tracking=bool(posted.asked),
        ticked={"opens": posted.opens, "clicks": posted.clicks, "forwards": posted.forwards},
    )
    return choose(site, request, holder, choice)


def _show(request: Request, holder: Bearer, *, told: str = "") -> Response:
    if holder.is_nobody:
        return test_copy(request)
    site = site_of(request)
    with site.reading() as connection:
        reader: Membership = holder.reader(connection)
        share_id = latest_share_id(connection, reader.list_key)
        permitted = tracking_of(connection, reader.person.subject, reader.list_id)
        asked = asked_purposes(site.workspace.list(reader.list_key).tracking)
        is_pressing = any(each in permitted for each in asked) or any(
            may_be_asked(connection, reader, each, site.clock()) for each in asked
        )
        # A number is all that whoever passed an issue on is told.
        passed_on = 0
        if Purpose.FORWARDS in permitted:
            passed_on = came_through(connection, reader.person.id, reader.list_id)
        pause = pause_of(connection, reader)
        lists = lists_of(connection, site, reader) if holder.is_own else []
    words = words_of(site, reader.list_key, reader.person.locale)
    zone = site.workspace.list(reader.list_key).zone
    return page(
        request,
        "preferences",
        locale=reader.person.locale,
        frame=site.frame(reader.list_key),
        address=address_of(reader.person).masked,
        languages=[(code, NAMES[code]) for code in LOCALES],
        chosen=reader.person.locale,
        told=told,
        is_reader=reader.status is SubscriptionStatus.ACTIVE,
        is_own=holder.is_own,
        lists=lists,
        tracking=[
            (each.value, text, version_of(text), each in permitted)
            for each, text in words.tracking.items()
        ],
        is_pressing=is_pressing,
        passed_on=passed_on,
        weeks=WEEKS,
        paused_until=pause.until.astimezone(zone).date()
        if pause and pause.until > site.clock()
        else None,
        share_id=share_id,
    )
