"""The application: its routes, and the pages that belong to no reader and no issue."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from starlette.concurrency import run_in_threadpool

from mailer.campaigns import latest_share_id
from mailer.tokens import InvalidTokenError
from mailer.web import (
    api,
    archive,
    confirming,
    holding,
    joining,
    leaving,
    moving,
    preferences,
    reading,
    sharing,
    undoing,
)
from mailer.web.answers import SHARE_SCRIPT, asked_locale, page, style_of
from mailer.web.door import Door
from mailer.web.proxies import networks
from mailer.web.routes import readable
from mailer.web.site import Site, site_of
from mailer.web.wrong import answer_wrong_requests, apology

ROOMS = (
    api,
    leaving,
    moving,
    undoing,
    preferences,
    reading,
    sharing,
    joining,
    confirming,
    archive,
    holding,
)
_ICON = (files("mailer.web") / "pages" / "icon.svg").read_text(encoding="utf-8")
_KEPT = {"Cache-Control": "public, max-age=31536000, immutable"}

router = APIRouter()


def create_app(site: Site) -> FastAPI:
    """The reader pages of a site."""
    app = FastAPI(
        title="Subscribing",
        version="1",
        summary="What a form on your own site needs; see docs/forms.md.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        redirect_slashes=False,
        lifespan=_lifespan,
    )
    app.state.site = site
    app.include_router(router, include_in_schema=False)
    for room in ROOMS:
        app.include_router(room.router, include_in_schema=room is api)
    app.add_middleware(
        Door,
        origin=site.origin,
        base_path=site.base_path,
        apology=apology,
        trusted=networks(site.workspace.settings.site.trusted_proxies),
    )
    answer_wrong_requests(app)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """What was counted last is written before the process ends."""
    yield
    await run_in_threadpool(app.state.site.collector.close)


@readable(router, "/")
def home(request: Request) -> Response:
    """The lists, each with its newest issue."""
    site = site_of(request)
    with site.reading() as connection:
        lists = [(frame, latest_share_id(connection, frame.list_key)) for frame in site.frames()]
    return page(request, "home", locale=asked_locale(request), is_personal=False, lists=lists)


@readable(router, "/style.css")
def style(request: Request) -> Response:
    """The style sheet of pages that belong to no list."""
    return Response(style_of(site_of(request), None), media_type="text/css", headers=_KEPT)


@readable(router, "/style/{list_key}.css")
def style_of_a_list(request: Request, list_key: str) -> Response:
    """The style sheet of a list's pages."""
    site = site_of(request)
    if list_key not in site.workspace.settings.lists:
        raise InvalidTokenError("this link is not valid")
    return Response(style_of(site, list_key), media_type="text/css", headers=_KEPT)


@readable(router, "/icon.svg")
def icon() -> Response:
    """What a browser's tab shows."""
    return Response(_ICON, media_type="image/svg+xml", headers=_KEPT)


@readable(router, "/share.js")
def share_script() -> Response:
    """What makes the shared page handier; it works without."""
    return Response(SHARE_SCRIPT, media_type="text/javascript", headers=_KEPT)


@readable(router, "/robots.txt")
def robots(request: Request) -> Response:
    """What lies below these is one reader's own, or counts."""
    site = site_of(request)
    sections = ("api", "b", "c", "hold", "k", "m", "n", "o", "p", "s", "u", "undo", "v")
    closed = "\n".join(f"Disallow: {site.base_path}/{section}/" for section in sections)
    base_url = site.workspace.settings.site.base_url
    return PlainTextResponse(f"User-agent: *\n{closed}\n\nSitemap: {base_url}/sitemap.xml\n")
