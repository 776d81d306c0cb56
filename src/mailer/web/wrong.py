"""What a wrong link gets: one friendly page, whatever is wrong with it, and never a traceback."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse
from starlette.exceptions import HTTPException

from mailer.store import StoreError
from mailer.tokens import InvalidTokenError
from mailer.web.answers import asked_locale, page
from mailer.web.api import ApiError, Problem, answer_api_error, is_api, problem
from mailer.web.site import site_of

FAULT = 500
BUSY = 503


def answer_wrong_requests(app: FastAPI) -> None:
    """Give every refusal of the application its page."""
    app.add_exception_handler(InvalidTokenError, _not_valid)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(ApiError, answer_api_error)


async def _not_valid(request: Request, error: Exception) -> Response:
    if is_api(request):
        return _not_valid_json(error)
    return not_valid(request)


def _not_valid_json(error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        return problem(404, Problem(detail="there is no such list"))
    wrong = {".".join(map(str, one["loc"][1:])): str(one["msg"]) for one in error.errors()}
    return problem(422, Problem(detail="please check the form", errors=wrong))


def not_valid(request: Request) -> Response:
    """What every wrong link gets; its bytes depend on the browser's language only."""
    frames = site_of(request).frames()
    return page(request, "not_valid", locale=asked_locale(request), status=404, frames=frames)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if is_api(request):
        return problem(
            error.status_code, Problem(detail=str(error.detail)), dict(error.headers or {})
        )
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
