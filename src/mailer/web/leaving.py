"""Leaving: the page behind the footer's link, one-click by RFC 8058, and the way back."""

from __future__ import annotations

from datetime import datetime, timedelta

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from mailer.address import Address
from mailer.audience import Act, Membership, leave, membership, undo_leaving
from mailer.consent import recorded_at
from mailer.notices import goodbye, post
from mailer.store.tables import SubscriptionStatus
from mailer.tokens import InvalidTokenError, TokenPurpose, Use
from mailer.web.answers import page
from mailer.web.site import Site, site_of

router = APIRouter()
UNDO_FOR = timedelta(days=30)


@router.get("/u/{token}")
@router.get("/u/{token}/", include_in_schema=False)
def leaving_page(request: Request, token: str) -> Response:
    """Ask once more; nothing changes before the button is pressed."""
    site = site_of(request)
    use = site.use(TokenPurpose.UNSUBSCRIBE, token)
    if use.is_test:
        return test_page(request, site)
    with site.reading() as connection:
        reader = site.reader(connection, use)
    has_left = reader.status is SubscriptionStatus.UNSUBSCRIBED
    return _leaving(request, site, reader, has_left=has_left)


# Both spellings are answered here: a mailbox provider's POST must never meet a redirect.
@router.post("/u/{token}")
@router.post("/u/{token}/", include_in_schema=False)
async def leave_now(request: Request, token: str) -> Response:
    """Withdraw, on the page's button or a mailbox provider's POST (RFC 8058 3.2)."""
    site = site_of(request)
    use = site.use(TokenPurpose.UNSUBSCRIBE, token)
    form = await request.form()
    return await run_in_threadpool(_answer_leaving, request, site, use, form)


def _answer_leaving(request: Request, site: Site, use: Use, form: FormData) -> Response:
    # RFC 8058 3.2: only with this pair is it the reader's wish; a scanner's empty POST is not.
    one_click = form.get("List-Unsubscribe") == "One-Click"
    if not one_click and form.get("act") != "leave":
        return leaving_page(request, site.signer.sign(TokenPurpose.UNSUBSCRIBE, *_numbers(use)))
    if use.is_test:
        return PlainTextResponse("test copy\n") if one_click else test_page(request, site)
    act = site.act(request)
    with site.writing() as (connection, now):
        reader = site.reader(connection, use)
        was_active = reader.status is SubscriptionStatus.ACTIVE
        reader = leave(connection, site.keys, reader, act)
        if was_active and not one_click:
            _say_goodbye(connection, site, reader, now)
    if one_click:
        return PlainTextResponse("unsubscribed\n")
    return _leaving(request, site, reader, has_left=True)


def _numbers(use: Use) -> tuple[int, int]:
    return use.campaign, use.delivery


def _say_goodbye(connection: Connection, site: Site, reader: Membership, now: datetime) -> None:
    frame = site.frame(reader.list_key)
    locale = reader.person.locale
    token = site.signer.sign(TokenPurpose.UNDO, reader.id, reader.consent_id)
    post(
        connection,
        goodbye(frame, locale, f"{frame.base_url}/undo/{token}"),
        to=Address.parse(reader.person.address),
        cause=f"goodbye:{reader.consent_id}",
        frame=frame,
        templates=site.templates(reader.list_key),
        locale=locale,
        list_id=reader.list_id,
        keys=site.keys,
        now=now,
    )


@router.get("/undo/{token}")
def undo_page(request: Request, token: str) -> Response:
    """Offer the way back; nothing changes before the button is pressed."""
    site = site_of(request)
    claim = site.signer.read_claim(TokenPurpose.UNDO, token)
    with site.reading() as connection:
        reader = membership(connection, claim.subscription)
    if reader is None:
        raise InvalidTokenError("this link is not valid")
    is_back = reader.status is SubscriptionStatus.ACTIVE
    return _undone(request, site, reader, token=token, is_back=is_back)


@router.post("/undo/{token}")
def undo_now(request: Request, token: str) -> Response:
    """Take the withdrawal back, within 30 days of it."""
    site = site_of(request)
    claim = site.signer.read_claim(TokenPurpose.UNDO, token)
    act: Act = site.act(request)
    with site.writing() as (connection, now):
        left_at = recorded_at(connection, claim.consent)
        if left_at is None or now - left_at > UNDO_FOR:
            raise InvalidTokenError("this link is not valid")
        reader = undo_leaving(connection, site.keys, claim.subscription, claim.consent, act)
    if reader is None:
        raise InvalidTokenError("this link is not valid")
    return _undone(request, site, reader, token=token, is_back=True)


def _leaving(request: Request, site: Site, reader: Membership, *, has_left: bool) -> Response:
    undo = site.signer.sign(TokenPurpose.UNDO, reader.id, reader.consent_id)
    return page(
        request,
        "leave",
        locale=reader.person.locale,
        frame=site.frame(reader.list_key),
        address=Address.parse(reader.person.address).masked,
        has_left=has_left,
        undo_url=f"{site.workspace.settings.site.base_url}/undo/{undo}",
    )


def _undone(
    request: Request, site: Site, reader: Membership, *, token: str, is_back: bool
) -> Response:
    return page(
        request,
        "undo",
        locale=reader.person.locale,
        frame=site.frame(reader.list_key),
        address=Address.parse(reader.person.address).masked,
        is_back=is_back,
        undo_url=f"{site.workspace.settings.site.base_url}/undo/{token}",
    )


def test_page(request: Request, site: Site) -> Response:
    first = next(iter(site.workspace.settings.lists))
    frame = site.frame(first)
    return page(request, "test_copy", locale=frame.locale, frame=frame)
