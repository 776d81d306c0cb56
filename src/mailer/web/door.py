"""What every request and every answer passes: paths, sizes, safe headers, and our own faults."""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import quote

import structlog
from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mailer.web.proxies import Network, client_of

MOST_OCTETS = 64 * 1024
"""A form of ours has a few fields; RFC 8058's has one."""

HSTS = b"max-age=31536000"
"""For a year; of other hosts below the domain we know nothing."""

Apology = Callable[[Request, Exception], Response]

log = structlog.get_logger("mailer.web")


def policy(origin: str, *, is_mail: bool = False, has_script: bool = False) -> str:
    """The Content-Security-Policy: no script, no frame, nothing from elsewhere.

    A mail's own HTML has its styles in its tags. A script is a file of ours, never in a page.
    """
    scripts = " script-src 'self';" if has_script else ""
    styles = "'self' 'unsafe-inline'" if is_mail else "'self'"
    return (
        f"default-src 'none';{scripts} img-src 'self' {origin}; style-src {styles};"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


class Door:
    """Wraps the application."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        origin: str,
        base_path: str,
        apology: Apology,
        trusted: Sequence[Network] = (),
    ) -> None:
        self._app = app
        self._base_path = base_path
        self._apology = apology
        self._trusted = trusted
        self._safe = [
            (b"content-security-policy", policy(origin).encode("ascii")),
            (b"referrer-policy", b"no-referrer"),
            (b"x-content-type-options", b"nosniff"),
            (b"cross-origin-opener-policy", b"same-origin"),
        ]
        if origin.startswith("https:"):  # RFC 6797 7.2: never over plain HTTP
            self._safe.append((b"strict-transport-security", HSTS))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; whatever goes wrong, with a page."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope = self._tidied(scope)
        begun = False

        async def send_safely(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                named = {name for name, _ in message["headers"]}
                added = (field for field in self._safe if field[0] not in named)
                message["headers"] = [*message["headers"], *added]
            await send(message)

        try:
            await self._app(scope, _limited(scope, receive), send_safely)
        except Exception as error:  # noqa: BLE001  the last door: nobody is shown a traceback
            _note(scope, error)
            if begun:
                raise ConnectionAbortedError("half an answer was sent") from None
            await self._apology(Request(scope), error)(scope, receive, send_safely)

    def _tidied(self, scope: Scope) -> Scope:
        """The request below base_url's path, without a slash at its end.

        Both spellings are answered as they are: RFC 8058 3.2 allows a POST no redirect.
        """
        path = scope["path"]
        if self._base_path and path.startswith(f"{self._base_path}/"):
            path = path.removeprefix(self._base_path)
        path = path.rstrip("/") or "/"
        client = client_of(scope, self._trusted)
        return {
            **scope,
            "client": client,
            "path": path,
            "raw_path": quote(path).encode("ascii"),
            "root_path": "",
        }


def _limited(scope: Scope, receive: Receive) -> Callable[[], Awaitable[Message]]:
    stated = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    is_too_much = stated.isdigit() and (len(stated) > 9 or int(stated) > MOST_OCTETS)
    seen = 0

    async def receive_limited() -> Message:
        nonlocal seen
        message: Message = {} if is_too_much else await receive()
        seen += len(message.get("body", b""))
        if is_too_much or seen > MOST_OCTETS:
            raise HTTPException(413)
        return message

    return receive_limited


def _note(scope: Scope, error: Exception) -> None:
    """One line about a fault of ours, without what the request said: it may be personal."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/mailer/" in frame.filename] or frames
    place = f"{ours[-1].filename.rpartition('/mailer/')[2]}:{ours[-1].lineno}" if ours else "?"
    section = scope["path"].split("/")[1]
    log.error("fault", what=type(error).__name__, at=place, page=f"/{section}", how=scope["method"])
