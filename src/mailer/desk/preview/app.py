"""The preview page: the issue as a reader sees it, followed while its author writes.

It listens on this machine only. The frame that shows the mail runs no script and sends no form.
"""

from __future__ import annotations

import mimetypes
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import anyio
import jinja2
from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, StreamingResponse

from mailer.campaigns import Prepared
from mailer.clock import Clock
from mailer.composing import Finding
from mailer.config import Workspace
from mailer.desk.preview.mail import framed, headers_of, size_of, targets_of
from mailer.desk.preview.reader import NOBODY_KNOWN, SOMEBODY, PreviewReader
from mailer.desk.preview.watching import Watched
from mailer.desk.preview.writing import ShownCopy, shown_copy
from mailer.errors import MailerError
from mailer.keys import Keys

USUAL_PORT: Final = 8028
_PAGES: Final = Path(__file__).with_name("pages")
_VIEWS: Final = ("mail", "text", "source", "headers", "links")
_COMMON: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_MAIL_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox allow-same-origin"
)


@dataclass(frozen=True, slots=True)
class Choice:
    """What is looked at, and how."""

    view: str = "mail"
    locale: str = ""
    reader: str = "known"
    scheme: Literal["light", "dark"] = "light"
    width: Literal["320", "700"] = "700"

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Choice:
        """What a query asks for; what it asks wrongly is the default."""
        view = query.get("view", "")
        return cls(
            view=view if view in _VIEWS else "mail",
            locale=query.get("locale", ""),
            reader=query.get("reader", "known"),
            scheme="dark" if query.get("scheme") == "dark" else "light",
            width="320" if query.get("width") == "320" else "700",
        )


def preview_app(
    config: Path,
    issue: str,
    list_key: str | None,
    keys: Keys,
    clock: Clock,
    *,
    reader: PreviewReader | None = None,
) -> FastAPI:
    """The page of one issue; `reader` joins the two that everybody has: known, and unknown."""
    watched = Watched(config, issue, list_key)

    @asynccontextmanager
    async def alive(_app: FastAPI) -> AsyncIterator[None]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(watched.follow)
            yield
            await watched.stop()

    readers = {"known": SOMEBODY, "unknown": NOBODY_KNOWN}
    if reader is not None:
        readers = {"yours": reader, **readers}
    page = _Page(config, watched, readers, keys, clock)
    app = FastAPI(lifespan=alive, docs_url=None, redoc_url=None, openapi_url=None)
    for path, answer in (
        ("/", page.show),
        ("/mail", page.mail),
        ("/pictures/{name:path}", page.picture),
        ("/changes", page.changes),
        ("/{name}", page.asset),
    ):
        app.add_api_route(path, answer, response_model=None)
    return app


class _Page:
    """What the page answers with."""

    def __init__(
        self,
        config: Path,
        watched: Watched,
        readers: Mapping[str, PreviewReader],
        keys: Keys,
        clock: Clock,
    ) -> None:
        self._config, self._watched, self._readers = config, watched, readers
        self._keys, self._clock = keys, clock
        self._pages = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_PAGES),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
        )

    def show(self, request: Request) -> HTMLResponse:
        choice, sight = Choice.of(request.query_params), self._watched.sight
        values: dict[str, Any] = {
            "choice": choice,
            "sight": sight,
            "errors": list(sight.errors),
            "readers": self._readers,
            "views": _VIEWS,
            "query": str(request.url.query),
        }
        if sight.prepared is not None:
            try:
                copy = self._copy(sight.prepared, choice)
            except MailerError as error:  # this reader's copy cannot be made
                values["errors"] = [error]
            else:
                values |= _seen(sight.prepared, copy, sight.findings)
        html = self._pages.get_template("preview.html").render(**values)
        return HTMLResponse(html, headers={**_COMMON, "Content-Security-Policy": _PAGE_POLICY})

    def mail(self, request: Request) -> Response:
        choice, sight = Choice.of(request.query_params), self._watched.sight
        if sight.prepared is None:
            return Response(status_code=404)
        copy = self._copy(sight.prepared, choice)
        html = framed(sight.prepared, copy, scheme=choice.scheme)
        return HTMLResponse(html, headers={**_COMMON, "Content-Security-Policy": _MAIL_POLICY})

    def picture(self, name: str) -> Response:
        prepared = self._watched.sight.prepared
        image = prepared.issue.images.get(name) if prepared else None
        file = image.path if image else _photo(self._config, name)
        if file is None:
            return Response(status_code=404)
        return FileResponse(file, media_type=mimetypes.guess_type(name)[0])

    async def changes(self, seen: int) -> StreamingResponse:
        async def events() -> AsyncIterator[str]:
            yield "retry: 500\n\n"
            number = seen
            while not self._watched.is_over:
                number = await self._watched.after(number)
                yield f"data: {number}\n\n"

        return StreamingResponse(events(), media_type="text/event-stream", headers=_COMMON)

    def asset(self, name: str) -> Response:
        kinds = {"preview.css": "text/css", "preview.js": "text/javascript"}
        if name not in kinds:
            return Response(status_code=404)
        return Response((_PAGES / name).read_bytes(), media_type=kinds[name], headers=_COMMON)

    def _copy(self, prepared: Prepared, choice: Choice) -> ShownCopy:
        one = self._readers.get(choice.reader) or next(iter(self._readers.values()))
        locale = choice.locale or one.locale
        return shown_copy(prepared, one, self._keys, locale, self._clock())


def _seen(prepared: Prepared, copy: ShownCopy, findings: Sequence[Finding]) -> dict[str, Any]:
    headers = headers_of(copy)
    return {
        "prepared": prepared,
        "edition": prepared.issue.editions[copy.locale],
        "copy": copy,
        "subject": dict(headers).get("Subject", ""),
        "locales": list(prepared.draft.editions),
        "size": size_of(copy),
        "headers": headers,
        "targets": targets_of(prepared, copy),
        "source": copy.wire.decode("ascii", "replace").replace("\r\n", "\n"),
        "findings": findings,
    }


def _photo(config: Path, name: str) -> Path | None:
    """A column's picture, which lies beside config.toml and is named there."""
    workspace = Workspace.open(config)
    photos = {
        Path(column.photo).name: workspace.root / column.photo
        for mailing_list in workspace.settings.lists.values()
        for column in mailing_list.columns.values()
        if column.photo
    }
    return photos.get(name)
