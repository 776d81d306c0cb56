"""Answers: pages in the reader's language, and the headers that keep them safe and private."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from mailer.language import LOCALES, best_locale, translator
from mailer.web.site import site_of

# No script, no frame, nothing from elsewhere; styles of the mail's own HTML stand in its tags.
POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'self' 'unsafe-inline';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SAFE = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}
PERSONAL = {"X-Robots-Tag": "noindex, nofollow", "Cache-Control": "no-store"}

_PAGES = Environment(
    loader=PackageLoader("mailer.web", "pages"),
    autoescape=select_autoescape(default=True, default_for_string=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(
    request: Request,
    name: str,
    *,
    locale: str,
    status: int = 200,
    personal: bool = True,
    **context: Any,
) -> HTMLResponse:
    """The page of that name in a language."""
    return HTMLResponse(
        fill(name, locale=locale, base_path=request.scope.get("root_path", ""), **context),
        status_code=status,
        headers=PERSONAL if personal else {"Cache-Control": "no-cache"},
    )


def fill(name: str, *, locale: str, **context: Any) -> str:
    """The HTML of a page, or of a part of one."""
    language = translator(locale)
    return _PAGES.get_template(f"{name}.html").render(
        _=language.gettext,
        ngettext=language.ngettext,
        format_date=language.format_date,
        lang=language.code,
        dir=language.direction,
        **context,
    )


def not_valid(request: Request) -> HTMLResponse:
    """What every wrong link gets: the same friendly page, whatever is wrong with it."""
    locale = asked_locale(request)
    return page(request, "not_valid", locale=locale, status=404, title_of="")


def asked_locale(request: Request) -> str:
    """The language a browser asks for, of those we speak; else the first list's."""
    first = next(iter(site_of(request).workspace.settings.lists.values())).locale
    ordered = [first, *(locale for locale in LOCALES if locale != first)]
    for wanted in request.headers.get("accept-language", "").split(","):
        tag = wanted.partition(";")[0].strip()
        best = best_locale(tag, ordered)
        if tag and tag.partition("-")[0].lower() == best:
            return best
    return first
