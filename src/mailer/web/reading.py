"""Reading an issue in the browser: one's own copy online, the shared page, its pictures."""

from __future__ import annotations

import mimetypes
import re
from datetime import date, datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, HTMLResponse
from sqlalchemy import Connection

from mailer.campaigns import (
    Copies,
    campaign_of_issue,
    frozen_campaign,
    link_target,
    shared_issue,
)
from mailer.language import best_locale
from mailer.notices import wording_for
from mailer.stats import count_link, count_page, is_machine
from mailer.tokens import InvalidTokenError, TokenPurpose
from mailer.web.answers import PERSONAL, asked_locale, fill, page
from mailer.web.leaving import test_page
from mailer.web.site import Site, site_of

router = APIRouter()
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp"})
_PICTURE_NAME = re.compile(r"[\w.-]+")


@router.api_route("/c/{slug}/{n}", methods=["GET", "HEAD"])
def follow(request: Request, slug: str, n: int) -> Response:
    """On to where the issue's own link leads: nowhere else can this lead to."""
    site = site_of(request)
    with site.reading() as connection:
        target = link_target(connection, slug, n)
    if target is None:
        raise InvalidTokenError("this link is not valid")
    if target.is_launched:
        with site.writing() as (connection, now):
            day = _day(site, target.list_key, now)
            count_link(connection, target.issue_id, n, day, machine=_is_machine(request))
    return Response(status_code=302, headers={"Location": target.url, "Cache-Control": "no-cache"})


@router.api_route("/v/{token}", methods=["GET", "HEAD"])
def view_online(request: Request, token: str) -> Response:
    """A reader's issue in the browser, without what is personal."""
    site = site_of(request)
    use = site.use(TokenPurpose.VIEW, token)
    if use.is_test:
        return test_page(request, site)
    with site.reading() as connection:
        reader = site.reader(connection, use)
        copies = site.copies(connection, use.campaign)
    if copies is None:
        raise InvalidTokenError("this link is not valid")
    return HTMLResponse(copies.page(reader.person.locale), headers=PERSONAL)


@router.api_route("/s/{share_id}", methods=["GET", "HEAD"])
def shared_page(request: Request, share_id: str, lang: str = "") -> Response:
    """The issue as its readers pass it on, and a form for whoever got it from one of them."""
    site = site_of(request)
    with site.reading() as connection:
        issue_id, list_key, copies = shared(connection, site, share_id)
    if copies is None:
        frame = site.frame(list_key)
        return page(request, "not_published", locale=frame.locale, status=404, frame=frame)
    with site.writing() as (connection, now):
        day = _day(site, list_key, now)
        count_page(connection, issue_id, "share", day, machine=_is_machine(request))
    locale = best_locale(lang or asked_locale(request), copies.locales)
    return HTMLResponse(with_form(site, copies, list_key, share_id, locale), headers=PERSONAL)


def with_form(
    site: Site, copies: Copies, list_key: str, share_id: str, locale: str, error: str = ""
) -> str:
    """The issue's page with the subscribe form at its end."""
    frame = site.frame(list_key)
    context = {
        "frame": frame,
        "action": f"{frame.base_url}/s/{share_id}",
        "wording": wording_for(site.templates(list_key), frame, locale),
        "error": error,
        "others": [other for other in copies.locales if other != locale],
    }
    html = copies.page(locale)
    before, body, rest = html.partition("<body")
    attributes, _, content = rest.partition(">")
    main, end, tail = content.rpartition("</body>")
    bar = fill("shared_bar", locale=locale, **context)
    form = fill("shared_form", locale=locale, **context)
    style = fill("shared_style", locale=locale)
    head = before.replace("</head>", f"{style}</head>", 1)
    return f"{head}{body}{attributes}>{bar}{main}{form}{end}{tail}"


def shared(connection: Connection, site: Site, share_id: str) -> tuple[int, str, Copies | None]:
    shared = shared_issue(connection, share_id)
    if shared is None:
        raise InvalidTokenError("this link is not valid")
    issue_id, list_key = shared
    campaign_id = campaign_of_issue(connection, issue_id)
    campaign = frozen_campaign(connection, campaign_id) if campaign_id else None
    copies = Copies(campaign, site.keys, site.clock) if campaign else None
    return issue_id, list_key, copies


@router.api_route("/i/{slug}/{name}", methods=["GET", "HEAD"])
def picture(request: Request, slug: str, name: str) -> Response:
    """A picture that lies beside an issue."""
    folder = site_of(request).issue_folder(slug)
    if folder is None or not _PICTURE_NAME.fullmatch(name):
        raise InvalidTokenError("this link is not valid")
    file = folder / name
    if file.suffix.lower() not in PICTURES or not file.is_file():
        raise InvalidTokenError("this link is not valid")
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return FileResponse(file, media_type=kind, headers={"Cache-Control": "public, max-age=86400"})


def _is_machine(request: Request) -> bool:
    return is_machine(request.headers.get("user-agent"), method=request.method)


def _day(site: Site, list_key: str, now: datetime) -> date:
    return now.astimezone(site.workspace.list(list_key).zone).date()
