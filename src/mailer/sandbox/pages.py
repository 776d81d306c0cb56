"""The inbox page: what the sandbox keeps, newest first; plain HTML, no script, nothing foreign."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import quote

import jinja2
from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from mailer.sandbox.letter import Letter
from mailer.sandbox.maildir import Maildir
from mailer.sandbox.searching import MOST_SEARCHED, search

PER_PAGE: Final = 50
_HEAD: Final = 64 * 1024  # what of a message is read for its line in the list
_HERE: Final = Path(__file__).parent / "templates"
_CID: Final = re.compile(r"""(["'(])cid:([^"')\s]+)""")
# Loopback is not foreign: pictures of an issue are served by the mailer's own pages beside us.
_LOCAL: Final = "'self' data: http://127.0.0.1:* http://localhost:*"
_PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_MAIL_POLICY: Final = (
    f"default-src 'none'; style-src 'unsafe-inline'; img-src {_LOCAL}; font-src data:; "
    "form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
_COMMON: Final = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One message in the list."""

    name: str
    subject: str
    sender: str
    recipients: str
    when: str
    size: str


def inbox(maildir: Maildir, smtp_address: str) -> FastAPI:
    """The application; `smtp_address` is shown to who finds the list empty."""
    app = FastAPI(title="Mailer sandbox", docs_url=None, redoc_url=None, openapi_url=None)
    pages = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE), autoescape=True, undefined=jinja2.StrictUndefined
    )

    def page(template: str, status: int = 200, **values: object) -> HTMLResponse:
        text = pages.get_template(template).render(**values)
        return HTMLResponse(
            text, status, headers=_COMMON | {"Content-Security-Policy": _PAGE_POLICY}
        )

    @app.exception_handler(FileNotFoundError)
    async def gone(_request: Request, _error: Exception) -> HTMLResponse:
        return page("gone.html", 404)

    @app.get("/")
    def show_list(
        number: Annotated[int, Query(alias="page", ge=1)] = 1, q: str = ""
    ) -> HTMLResponse:
        names = search(maildir, q)
        last = max(1, -(-len(names) // PER_PAGE))
        number = min(number, last)
        shown = names[(number - 1) * PER_PAGE : number * PER_PAGE]
        lines = [_line(maildir, name) for name in shown]
        return page(
            "list.html",
            lines=lines,
            total=len(names),
            page=number,
            last=last,
            smtp=smtp_address,
            q=q.strip(),
            searched=MOST_SEARCHED,
            query=f"q={quote(q.strip())}&" if q.strip() else "",
        )

    @app.post("/clear")
    def clear(request: Request) -> Response:
        # Another site's page could make a browser ask this of us (Fetch Metadata says so).
        if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            return Response(status_code=403)
        maildir.clear()
        return RedirectResponse("/", status_code=303)

    @app.get("/messages/{name}")
    def show_message(name: str) -> HTMLResponse:
        letter = Letter(maildir.read(name))
        sizes = {
            "HTML": len(letter.html.encode()),
            "text": len(letter.text.encode()),
            "the whole message": len(letter.kept.content),
        }
        return page("message.html", letter=letter, line=_line(maildir, name), sizes=sizes)

    _add_parts(app, maildir)
    return app


def _add_parts(app: FastAPI, maildir: Maildir) -> None:
    """What a message's page shows in frames, and what can be taken away."""

    @app.get("/messages/{name}/html")
    def show_html(name: str) -> HTMLResponse:
        html = _CID.sub(rf"\1/messages/{name}/pictures/\2", Letter(maildir.read(name)).html)
        return HTMLResponse(html, headers=_COMMON | {"Content-Security-Policy": _MAIL_POLICY})

    @app.get("/messages/{name}/pictures/{content_id}")
    def show_picture(name: str, content_id: str) -> Response:
        picture = Letter(maildir.read(name)).picture(content_id)
        if picture is None:
            raise FileNotFoundError(content_id)
        # a picture may be an SVG: no script of its runs, whoever opens it
        policy = {"Content-Security-Policy": "default-src 'none'; sandbox"}
        return Response(picture.content, media_type=picture.kind, headers=_COMMON | policy)

    @app.get("/messages/{name}/raw")
    def download(name: str) -> Response:
        kept = maildir.read(name)
        attachment = {"Content-Disposition": 'attachment; filename="message.eml"'}
        return Response(kept.content, media_type="message/rfc822", headers=_COMMON | attachment)

    @app.get("/style.css")
    def style() -> Response:
        return Response((_HERE / "style.css").read_bytes(), media_type="text/css")


def _line(maildir: Maildir, name: str) -> Line:
    kept = maildir.read(name, head=_HEAD)
    letter = Letter(kept)
    return Line(
        name=name,
        subject=letter.subject,
        sender=letter.header("from") or f"<{kept.sender}>",
        recipients=", ".join(kept.recipients),
        when=_when(name),
        size=f"{max(1, round(maildir.size(name) / 1000))} kB",
    )


def _when(name: str) -> str:
    """When the message came, from its name: the first word is seconds since 1970."""
    seconds = name.partition(".")[0]
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 11):
        return ""
    return datetime.fromtimestamp(int(seconds), UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
