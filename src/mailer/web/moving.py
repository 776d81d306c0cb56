"""A change of address: asked from one's own link, confirmed at the new one, told at the old one."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from mailer.address import Address, AddressError
from mailer.audience import (
    Membership,
    Person,
    ask_to_move,
    may_move_back,
    membership,
    move,
    move_back,
    mover,
    wanted_address,
)
from mailer.notices import moved, new_address
from mailer.tokens import InvalidTokenError, TokenPurpose
from mailer.web.answers import page
from mailer.web.bearers import Bearer, address_of
from mailer.web.letters import write_to
from mailer.web.origins import from_our_page
from mailer.web.routes import readable
from mailer.web.signing_up import may_write_to
from mailer.web.site import Site, site_of

router = APIRouter()


def ask_for_move(site: Site, holder: Bearer, text: str) -> str:
    """Ask the owner of the new address; returns «moving», or «address» where it is none.

    The page says the same whoever has that address.
    """
    try:
        new = Address.parse(text)
    except AddressError:
        return "address"
    with site.writing() as (connection, now):
        reader = holder.reader(connection)
        if may_write_to(connection, site, new.key, now):
            change = ask_to_move(connection, reader.person, new, now)
            token = site.signer.sign(TokenPurpose.ADDRESS, change, reader.id)
            frame = site.frame(reader.list_key)
            letter = new_address(frame, reader.person.locale, f"{frame.base_url}/n/{token}")
            write_to(connection, site, reader, letter, cause=f"move:{change}", now=now, to=new)
    return "moving"


@readable(router, "/n/{token}")
def move_page(request: Request, token: str) -> Response:
    """Ask for the one press that counts, at the new address or, to take it back, at the old."""
    site = site_of(request)
    with site.reading() as connection:
        change, reader = _change(connection, site, token)
        return _show(request, connection, change, reader)


@router.post("/n/{token}", dependencies=[from_our_page])
def move_now(request: Request, token: str) -> Response:
    """Write to the new address from now on; pressed twice, it is done once."""
    site = site_of(request)
    with site.writing() as (connection, now):
        change, reader = _change(connection, site, token)
        new = wanted_address(connection, change, now)
        if new is None:
            return _show(request, connection, change, reader)
        if not move(connection, site.keys, change, now):
            return _page(request, site, reader, "taken")
        _tell_the_old(connection, site, change, reader, new, now)
        return _page(request, site, reader, "moved", address=new.masked)


def _tell_the_old(
    connection: Connection,
    site: Site,
    change: int,
    reader: Membership,
    new: Address,
    now: datetime,
) -> None:
    frame = site.frame(reader.list_key)
    token = site.signer.sign(TokenPurpose.ADDRESS_UNDO, change, reader.id)
    letter = moved(frame, reader.person.locale, new.masked, f"{frame.base_url}/b/{token}")
    # The reader as they were before: at their old address.
    write_to(connection, site, reader, letter, cause=f"moved:{change}", now=now)


@readable(router, "/b/{token}")
def back_page(request: Request, token: str) -> Response:
    """Offer the way back to whoever reads the old mailbox."""
    site = site_of(request)
    with site.reading() as connection:
        _, reader = _change_back(connection, site, token)
    return _page(request, site, reader, "back")


@router.post("/b/{token}", dependencies=[from_our_page])
def back_now(request: Request, token: str) -> Response:
    """Write to the old address again."""
    site = site_of(request)
    with site.writing() as (connection, now):
        change, reader = _change_back(connection, site, token)
        is_back = move_back(connection, site.keys, change, now)
        reader = _again(connection, reader)
    return _page(request, site, reader, "moved" if is_back else "taken")


def _change(connection: Connection, site: Site, token: str) -> tuple[int, Membership]:
    match site.signer.read(TokenPurpose.ADDRESS, token):
        case (change, subscription):
            return change, _owner(connection, change, subscription)
    raise InvalidTokenError("this link is not valid")


def _change_back(connection: Connection, site: Site, token: str) -> tuple[int, Membership]:
    claim = site.signer.read_claim(TokenPurpose.ADDRESS_UNDO, token)
    reader = _owner(connection, claim.subscription, claim.consent)
    if not may_move_back(connection, claim.subscription, site.clock()):
        raise InvalidTokenError("this link is not valid")
    return claim.subscription, reader


def _owner(connection: Connection, change: int, subscription: int) -> Membership:
    person: Person | None = mover(connection, change)
    reader = membership(connection, subscription)
    if person is None or reader is None or reader.person.id != person.id:
        raise InvalidTokenError("this link is not valid")
    return reader


def _again(connection: Connection, reader: Membership) -> Membership:
    found = membership(connection, reader.id)
    assert found is not None
    return found


def _show(request: Request, connection: Connection, change: int, reader: Membership) -> Response:
    site = site_of(request)
    new = wanted_address(connection, change, site.clock())
    if new is not None:
        return _page(request, site, reader, "ask", address=new.masked)
    if not may_move_back(connection, change, site.clock()):  # asked too long ago
        raise InvalidTokenError("this link is not valid")
    return _page(request, site, reader, "moved")


def _page(
    request: Request, site: Site, reader: Membership, step: str, *, address: str = ""
) -> Response:
    return page(
        request,
        "moving",
        locale=reader.person.locale,
        frame=site.frame(reader.list_key),
        step=step,
        address=address or address_of(reader.person).masked,
    )
