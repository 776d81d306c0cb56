"""Holding an issue before it leaves, from the link in a proof; and letting it go again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from mailer.config import ListSettings
from mailer.language import translator
from mailer.scheduling import (
    Means,
    ScheduleError,
    SlotLine,
    hold,
    list_of_slot,
    release,
    slot_of,
    zone_of,
)
from mailer.store.tables import SlotState
from mailer.tokens import InvalidTokenError, TokenPurpose
from mailer.web.answers import page
from mailer.web.origins import from_our_page
from mailer.web.routes import readable
from mailer.web.site import Site, site_of

router = APIRouter()

BY = "the link in a proof"
"""Who did it, as far as we know: the link tells nobody's name."""


@readable(router, "/hold/{token}")
def holding_page(request: Request, token: str) -> Response:
    """How the slot stands; nothing changes before a button is pressed."""
    return _standing(request, _slot_id(site_of(request), token))


@router.post("/hold/{token}", dependencies=[from_our_page])
def hold_or_release(request: Request, token: str, act: Annotated[str, Form()] = "") -> Response:
    """Hold, or let go; pressed twice, it is done once, and either can be taken back."""
    site = site_of(request)
    slot_id = _slot_id(site, token)
    means = Means(site.workspace, site.store, site.keys)
    try:
        if act == "hold":
            hold(means, slot_id, by=BY, now=site.clock())
        elif act == "release":
            release(means, slot_id, by=BY, now=site.clock())
    except ScheduleError:
        pass  # it left meanwhile, and the page says so
    return _standing(request, slot_id)


def _slot_id(site: Site, token: str) -> int:
    match site.signer.read(TokenPurpose.HOLD, token):
        case (slot_id,):
            return slot_id
    raise InvalidTokenError("this link is not valid")


def _standing(request: Request, slot_id: int) -> Response:
    site = site_of(request)
    with site.reading() as connection:
        slot = slot_of(connection, slot_id)
        list_key = list_of_slot(connection, slot_id)
    lists = site.workspace.settings.lists
    if slot is None or list_key not in lists:
        raise InvalidTokenError("this link is not valid")
    return _page(request, site, slot, list_key, lists[list_key])


def _page(
    request: Request, site: Site, slot: SlotLine, list_key: str, mailing_list: ListSettings
) -> Response:
    return page(
        request,
        "hold",
        locale=mailing_list.locale,
        frame=site.frame(list_key),
        state=slot.state.value,
        reason=slot.reason,
        when=translator(mailing_list.locale).format_datetime(
            slot.at, zone_of(mailing_list), "full"
        ),
        is_past=slot.at <= site.clock(),
        is_held=slot.state is SlotState.HELD,
        is_planned=slot.state is SlotState.PLANNED,
    )
