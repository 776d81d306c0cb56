"""Joining: a list's own page or an issue's share page asks, a mail to the address follows."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi import Form as Posted

from mailer.campaigns import latest_share_id
from mailer.language import LOCALES, best_locale
from mailer.tokens import InvalidTokenError
from mailer.web.answers import asked_locale, page
from mailer.web.forms import EMPTY, Filled, Form, checked, form_context, words_of
from mailer.web.routes import readable
from mailer.web.sharing import READ_IN, find_shared, locale_for, not_published, show_shared
from mailer.web.signing_up import TooManyError, sign_up
from mailer.web.site import Site, site_of

router = APIRouter()
_UNPROCESSABLE = 422
_TOO_MANY = 429
_LATER_SECONDS = "3600"


@readable(router, "/l/{list_key}")
def list_page(request: Request, list_key: str, lang: str = "") -> Response:
    """A list's own page: what it is, its latest issue, and the form."""
    _known(site_of(request), list_key)
    return _show_list(request, list_key, _locale(request, list_key, lang), EMPTY)


@router.post("/l/{list_key}")
def ask_on_its_page(
    request: Request, list_key: str, filled: Annotated[Filled, Posted()]
) -> Response:
    """Ask to subscribe. A form that stands on another site is shown here first, with its words."""
    _known(site_of(request), list_key)
    locale = _locale(request, list_key, filled.lang)
    form = _ask(request, list_key, filled, locale)
    if isinstance(form, Response):
        return form
    status = _UNPROCESSABLE if form.errors else 200
    return _show_list(request, list_key, locale, form, status=status)


@router.post("/s/{share_id}")
def ask_below_an_issue(
    request: Request, share_id: str, filled: Annotated[Filled, Posted()]
) -> Response:
    """Ask to subscribe, from an issue that was passed on."""
    site = site_of(request)
    with site.reading() as connection:
        shared = find_shared(connection, site, share_id)
    if shared.copies is None:
        return not_published(request, shared)
    locale = locale_for(request, shared, filled.lang)
    form = _ask(request, shared.list_key, filled, locale, share_id=share_id)
    if isinstance(form, Response):
        return form
    status = _UNPROCESSABLE if form.errors else 200
    return show_shared(request, shared, locale, form, status=status)


def _ask(
    request: Request, list_key: str, filled: Filled, locale: str, *, share_id: str | None = None
) -> Response | Form:
    """The answer, the same whoever is on the list already; or the form to be shown again."""
    site = site_of(request)
    frame = site.frame(list_key)
    wish = checked(site, filled, words_of(site, list_key, locale), locale)
    if isinstance(wish, Form):
        return wish
    try:
        if not filled.homepage:
            sign_up(site, request, list_key, wish, locale, share_id)
    except TooManyError:
        answer = page(request, "too_many", locale=locale, frame=frame, status=_TOO_MANY)
        answer.headers["Retry-After"] = _LATER_SECONDS
        return answer
    return page(request, "asked", locale=locale, frame=frame)


def _known(site: Site, list_key: str) -> None:
    if list_key not in site.workspace.settings.lists:
        raise InvalidTokenError("this link is not valid")


def _locale(request: Request, list_key: str, wanted: str) -> str:
    """The language asked for by a link, else by the browser, else the list's."""
    if wanted in LOCALES:
        return wanted
    own = site_of(request).frame(list_key).locale
    asked = request.headers.get("accept-language")
    return best_locale(asked_locale(request), LOCALES) if asked else own


def _show_list(
    request: Request, list_key: str, locale: str, form: Form, *, status: int = 200
) -> Response:
    site = site_of(request)
    with site.reading() as connection:
        share_id = latest_share_id(connection, list_key)
    return page(
        request,
        "subscribe",
        locale=locale,
        frame=site.frame(list_key),
        status=status,
        is_personal=bool(form.email),
        action=f"{site.base_path}/l/{list_key}",
        share_id=share_id,
        others=[(code, READ_IN[code]) for code in LOCALES if code != locale],
        **form_context(site, list_key, locale, form),
    )
