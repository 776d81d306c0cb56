"""The application: routes, the headers on every answer, and what a wrong link gets."""

from __future__ import annotations

from importlib.resources import files

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from starlette.exceptions import HTTPException
from starlette.middleware.base import RequestResponseEndpoint

from mailer.tokens import InvalidTokenError
from mailer.web import joining, leaving, preferences, reading
from mailer.web.answers import SAFE, asked_locale, not_valid, page
from mailer.web.site import Site, site_of

STYLE = (files("mailer.web") / "pages" / "style.css").read_text(encoding="utf-8")


def create_app(site: Site) -> FastAPI:
    """The reader pages of a site."""
    app = FastAPI(
        title="mailer", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False
    )
    app.state.site = site
    for room in (leaving, preferences, reading, joining):
        app.include_router(room.router)
    app.add_api_route("/", _home, methods=["GET", "HEAD"])
    app.add_api_route("/style.css", _style, methods=["GET", "HEAD"])
    app.add_api_route("/robots.txt", _robots, methods=["GET", "HEAD"])
    app.middleware("http")(_with_safe_headers)
    app.add_exception_handler(InvalidTokenError, _wrong_link)
    app.add_exception_handler(HTTPException, _wrong_address)
    return app


async def _with_safe_headers(request: Request, call_next: RequestResponseEndpoint) -> Response:
    response = await call_next(request)
    for name, value in SAFE.items():
        response.headers.setdefault(name, value)
    return response


def _home(request: Request) -> Response:
    site = site_of(request)
    locale = asked_locale(request)
    frames = [site.frame(key) for key in site.workspace.settings.lists]
    return page(request, "home", locale=locale, personal=False, frames=frames)


def _style() -> Response:
    return Response(STYLE, media_type="text/css", headers={"Cache-Control": "max-age=3600"})


def _robots() -> Response:
    # What lies below these is one reader's own, or counts.
    closed = "\n".join(
        f"Disallow: /{section}/" for section in ("c", "k", "p", "s", "u", "undo", "v")
    )
    return PlainTextResponse(f"User-agent: *\n{closed}\n")


async def _wrong_link(request: Request, _error: Exception) -> Response:
    return not_valid(request)


async def _wrong_address(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        return PlainTextResponse("not here\n", status_code=405, headers=error.headers)
    return not_valid(request)
