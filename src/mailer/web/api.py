"""Subscribing from a program: ask for the words, show them, and send back which were agreed to."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from mailer.language import LOCALES, best_locale
from mailer.tokens import InvalidTokenError
from mailer.web.forms import Filled, Form, checked, shown_now, version_of, words_of
from mailer.web.signing_up import TooManyError, sign_up
from mailer.web.site import Site, site_of

PREFIX = "/api"
router = APIRouter(prefix=PREFIX, tags=["subscribing"])
_UNPROCESSABLE = 422
_TOO_MANY = 429

ListKey = Annotated[str, Path(max_length=20, description="The list's key in config.toml.")]
Tracking = Literal["opens", "clicks", "forwards"]
Locale = Literal["fr", "en"]


class Problem(BaseModel):
    """What is wrong, for a person to read; by field where it is one's fault."""

    detail: str
    errors: dict[str, str] = {}


class Wording(BaseModel):
    """Words to show beside an unticked box, exactly as they are."""

    text: str
    version: str = Field(description="Send it back to say that exactly these words were agreed to.")


class SubscribeForm(BaseModel):
    """All that a form must show."""

    list: str
    title: str
    description: str
    locale: Locale
    receive: Wording
    tracking: dict[Tracking, Wording] = Field(
        description="Each asked on its own; none of them is needed to subscribe."
    )
    shown: str = Field(description="When this was asked for, signed: good from 2 seconds to a day.")


class Subscription(BaseModel):
    """What a person filled in."""

    model_config = ConfigDict(extra="forbid")

    email: str = Field(max_length=320)
    name: str = Field("", max_length=100)
    locale: Locale = "fr"
    receive: str = Field(max_length=64, description="The version of the words that were agreed to.")
    tracking: dict[Tracking, Annotated[str, Field(max_length=64)]] = Field(
        {}, description="Of each ticked box, the version of its words."
    )
    shown: str = Field(max_length=100)


class Asked(BaseModel):
    """The same for every address: its owner gets a mail, and nothing else is told."""

    status: Literal["asked"] = "asked"


_WRONG: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "There is no such list."}
}


@router.head("/lists/{list_key}", include_in_schema=False)
@router.get("/lists/{list_key}", responses=_WRONG)
def subscribe_form(
    request: Request,
    response: Response,
    list_key: ListKey,
    lang: Locale | None = None,
) -> SubscribeForm:
    """What to show to somebody who wants to subscribe."""
    site = site_of(request)
    frame = site.frame(_known(site, list_key))
    locale = best_locale(lang or frame.locale, LOCALES)
    words = words_of(site, list_key, locale)
    response.headers["Cache-Control"] = "no-store"
    return SubscribeForm.model_validate(
        {
            "list": list_key,
            "title": frame.title,
            "description": frame.description,
            "locale": locale,
            "receive": _wording(words.receive),
            "tracking": {each.value: _wording(text) for each, text in words.tracking.items()},
            "shown": shown_now(site),
        }
    )


@router.post(
    "/lists/{list_key}/subscriptions",
    status_code=202,
    responses={
        **_WRONG,
        413: {"description": "No form of ours is that long."},
        422: {"model": Problem, "description": "Something is missing or wrong."},
        429: {"model": Problem, "description": "So many asked that we take no more for a while."},
    },
)
def ask_to_subscribe(request: Request, list_key: ListKey, wish: Subscription) -> Asked:
    """Ask to subscribe. Nothing is sent to the list before the mail to the address is answered."""
    site = site_of(request)
    words = words_of(site, _known(site, list_key), wish.locale)
    filled = Filled(
        email=wish.email,
        name=wish.name,
        agreed="yes",
        wording=wish.receive or "none",
        shown=wish.shown,
        **{str(purpose): version for purpose, version in wish.tracking.items()},
    )
    found = checked(site, filled, words, wish.locale)
    if isinstance(found, Form):
        raise ApiError(_UNPROCESSABLE, "please check the form", dict(found.errors))
    try:
        sign_up(site, request, list_key, found, wish.locale, None)
    except TooManyError:
        raise ApiError(_TOO_MANY, "too many sign-ups; try again in an hour") from None
    return Asked()


class ApiError(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, detail: str, errors: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.problem = Problem(detail=detail, errors=errors or {})


def answer_api_error(_request: Request, error: Exception) -> Response:
    """The problem as JSON."""
    assert isinstance(error, ApiError)
    headers = {"Retry-After": "3600"} if error.status == _TOO_MANY else {}
    return problem(error.status, error.problem, headers)


def problem(status: int, said: Problem, headers: dict[str, str] | None = None) -> Response:
    """A problem as an answer."""
    kept = {"Cache-Control": "no-store", **(headers or {})}
    return JSONResponse(said.model_dump(), status_code=status, headers=kept)


def is_api(request: Request) -> bool:
    """Whether a program asked, and is answered in JSON."""
    return str(request.scope["path"]).startswith(f"{PREFIX}/")


def _known(site: Site, list_key: str) -> str:
    if list_key not in site.workspace.settings.lists:
        raise InvalidTokenError("there is no such list")
    return list_key


def _wording(text: str) -> Wording:
    return Wording(text=text, version=version_of(text))
