"""What a wrong link gets: one friendly page, whatever is wrong with it, and never a traceback."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse
from starlette.exceptions import HTTPException

from mailer.store import StoreError
from mailer.tokens import InvalidTokenError
from mailer.web.answers import asked_locale, page
from mailer.web.site import site_of

FAULT = 500
BUSY = 503


def answer_wrong_requests(app: FastAPI) -> None:
    """Give every refusal of the application its page."""
    app.add_exception_handler(InvalidTokenError, _not_valid)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _refused)


async def _not_valid(request: Request, _error: Exception) -> Response:
    return not_valid(request)


def not_valid(request: Request) -> Response:
    """What every wrong link gets; its bytes depend on the browser's language only."""
    frames = site_of(request).frames()
    return page(request, "not_valid", locale=asked_locale(request), status=404, frames=frames)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code in {405, 413}:
        return PlainTextResponse("not here\n", status_code=error.status_code, headers=error.headers)
    return not_valid(request)


def apology(request: Request, error: Exception) -> Response:
    """A fault of ours, or a database that does not answer: nothing changed, try again."""
    status = BUSY if isinstance(error, StoreError) else FAULT
    answer = page(request, "fault", locale=asked_locale(request), status=status)
    if status == BUSY:
        answer.headers["Retry-After"] = "30"
    return answer
