"""Leaving: the page behind the footer's link, and one click by RFC 8058."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from mailer.audience import Membership, leave
from mailer.campaigns import issue_of_campaign, latest_share_id, share_id_of
from mailer.consent import newest_action, recorded_at
from mailer.notices import goodbye
from mailer.stats import Visited
from mailer.store.tables import Action, Channel, SubscriptionStatus
from mailer.tokens import InvalidTokenError, TokenPurpose
from mailer.web.answers import asked_locale, page
from mailer.web.bearers import Bearer, address_of, bearer
from mailer.web.counting import by_machine, day_of
from mailer.web.letters import write_to
from mailer.web.one_click import Press, withdrawn
from mailer.web.origins import is_from_elsewhere
from mailer.web.routes import readable
from mailer.web.site import Site, site_of

router = APIRouter()

# The page offers the way back to whoever has just left, which may be the wrong person: a copy gets
# forwarded. Later only the mail that says goodbye does, for thirty days, and it reached the reader.
UNDO_ON_PAGE = timedelta(hours=1)
REASONS = ("too_many", "not_for_me", "never_asked", "other")
"""Kept with the withdrawal's evidence, and erased with it."""
MOST_FIELDS = 20


@readable(router, "/u/{token}")
def leaving_page(request: Request, token: str) -> Response:
    """Ask once more; nothing changes before the button is pressed."""
    return _asking(request, bearer(site_of(request), TokenPurpose.UNSUBSCRIBE, token))


@router.post("/u/{token}")
async def leave_now(request: Request, token: str) -> Response:
    """Withdraw, on the page's button or a mailbox provider's POST (RFC 8058 3.2)."""
    holder = bearer(site_of(request), TokenPurpose.UNSUBSCRIBE, token)
    form = await _form(request)
    # Only with this pair is it the reader's wish; a scanner's empty POST is not.
    if form.get("List-Unsubscribe") == "One-Click":
        return await _leave_by_one_click(request, holder)
    if is_from_elsewhere(request):
        raise InvalidTokenError("this form was sent from another site")
    if form.get("act") == "leave":
        reason = str(form.get("reason", ""))
        return await run_in_threadpool(leave_by_page, request, holder, reason)
    if form.get("act") == "forwarded":
        return await run_in_threadpool(_forwarded, request, holder)
    return await run_in_threadpool(_asking, request, holder)


async def _form(request: Request) -> FormData:
    """The fields of a POST, also of one that forgot to say how they are written."""
    body = await request.body()
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        return FormData(dict(parse_qsl(body.decode("latin-1"))))
    try:
        return await request.form(max_files=4, max_fields=MOST_FIELDS)
    except HTTPException:  # a multipart body that is none
        return FormData()


async def _leave_by_one_click(request: Request, holder: Bearer) -> Response:
    use = holder.use
    if use is None or use.is_test:
        return withdrawn(is_known=True)
    site = site_of(request)
    return withdrawn(is_known=await site.presses(Press(use, site.act(request, Channel.MAIL))))


def leave_by_page(request: Request, holder: Bearer, reason: str = "") -> Response:
    """Withdraw on a button of ours; a mail says so, and holds the way back."""
    site = site_of(request)
    if holder.is_nobody:
        return test_copy(request)
    said = {"reason": reason} if reason in REASONS else {}
    act = replace(site.act(request), detail=said)
    with site.writing() as (connection, now):
        before = holder.reader(connection)
        after = leave(connection, site.keys, before, act)
        if before.status is SubscriptionStatus.ACTIVE and after.status is not before.status:
            _say_goodbye(connection, site, after, now)
    return _standing(request, holder)


def _forwarded(request: Request, holder: Bearer) -> Response:
    """«This was forwarded to me»: nothing changes for the reader, and a subscription is offered."""
    site = site_of(request)
    if holder.is_nobody:
        return test_copy(request)
    with site.reading() as connection:
        reader = holder.reader(connection)
        issue_id = issue_of_campaign(connection, holder.campaign)
        share_id = share_id_of(connection, issue_id) if issue_id else None
    if issue_id:
        day = day_of(site, reader.list_key, site.clock())
        site.collector.count(Visited(issue_id, "forwarded", day, by_machine(request)))
    return page(
        request,
        "forwarded",
        locale=asked_locale(request),
        frame=site.frame(reader.list_key),
        share_id=share_id,
    )


def _say_goodbye(connection: Connection, site: Site, reader: Membership, now: datetime) -> None:
    frame = site.frame(reader.list_key)
    locale = reader.person.locale
    token = site.signer.sign(TokenPurpose.UNDO, reader.id, reader.consent_id)
    letter = goodbye(frame, locale, f"{frame.base_url}/undo/{token}")
    write_to(connection, site, reader, letter, cause=f"goodbye:{reader.consent_id}", now=now)


def _asking(request: Request, holder: Bearer) -> Response:
    return test_copy(request) if holder.is_nobody else _standing(request, holder)


def _standing(request: Request, holder: Bearer) -> Response:
    site = site_of(request)
    with site.reading() as connection:
        reader = holder.reader(connection)
        undo = _undo_token(connection, site, reader)
        share_id = latest_share_id(connection, reader.list_key)
    return page(
        request,
        "left" if reader.status is SubscriptionStatus.UNSUBSCRIBED else "leave",
        locale=reader.person.locale,
        frame=site.frame(reader.list_key),
        address=address_of(reader.person).masked,
        undo_token=undo,
        is_copy=bool(holder.campaign),
        share_id=share_id,
    )


def _undo_token(connection: Connection, site: Site, reader: Membership) -> str:
    """What takes back a withdrawal made within the hour; else nothing."""
    newest = newest_action(connection, reader.person.subject, reader.list_id)
    if newest != (reader.consent_id, Action.WITHDRAWN):
        return ""
    left_at = recorded_at(connection, reader.consent_id)
    if left_at is None or site.clock() - left_at > UNDO_ON_PAGE:
        return ""
    return site.signer.sign(TokenPurpose.UNDO, reader.id, reader.consent_id)


def test_copy(request: Request) -> Response:
    """What the personal links of a test copy lead to."""
    return page(request, "test_copy", locale=site_of(request).locale)
