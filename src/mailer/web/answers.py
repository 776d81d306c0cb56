"""Answers: pages in the reader's language, and what a page may load, keep and tell."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.resources import files
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from mailer.composing import Frame
from mailer.language import LOCALES, Language, best_locale, translator
from mailer.web.site import Site, site_of

PERSONAL = {"X-Robots-Tag": "noindex, nofollow", "Cache-Control": "no-store"}
PUBLIC = {"Cache-Control": "public, max-age=300", "Vary": "Accept-Language"}

_PAGES = Environment(
    loader=PackageLoader("mailer.web", "pages"),
    autoescape=select_autoescape(default=True, default_for_string=True),
    undefined=StrictUndefined,
    auto_reload=False,
    trim_blocks=True,
    lstrip_blocks=True,
)
_STYLE = (files("mailer.web") / "pages" / "style.css").read_text(encoding="utf-8")


SHARE_SCRIPT = (files("mailer.web") / "pages" / "share.js").read_text(encoding="utf-8")


def page(
    request: Request,
    name: str,
    *,
    locale: str,
    frame: Frame | None = None,
    status: int = 200,
    is_personal: bool = True,
    **context: Any,
) -> HTMLResponse:
    """The page of that name in a language, in the look of the list whose frame is given."""
    html = fill(site_of(request), name, locale=locale, frame=frame, **context)
    headers = PERSONAL if is_personal else {"Cache-Control": "no-cache", "Vary": "Accept-Language"}
    return HTMLResponse(html, status_code=status, headers=headers)


def fill(site: Site, name: str, *, locale: str, frame: Frame | None, **context: Any) -> str:
    """The HTML of a page, or of a part of one."""
    language = translator(locale)
    names = {
        "_": _Words(language),
        "ngettext": language.ngettext,
        "date": language.format_date,
        "lang": language.code,
        "dir": language.direction,
        "frame": frame,
        "base_path": site.base_path,
        "style_url": style_url(site, frame.list_key if frame else None),
    }
    return _PAGES.get_template(f"{name}.html").render(**names, **context)


class _Words:
    """A catalogue's messages as HTML: what is filled in is escaped, unless it is HTML itself."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def __call__(self, message: str, /, **values: object) -> Markup:
        text = Markup(self._language.gettext(message))  # noqa: S704  (words of our own catalogue)
        return text % values if values else text


def style_of(site: Site, list_key: str | None) -> str:
    """The style sheet of our pages, with what a list's template set adds to it (page.css)."""
    if list_key is None:
        return _STYLE
    template = site.workspace.list(list_key).template
    try:
        own = (site.workspace.templates / template / "page.css").read_text(encoding="utf-8")
    except FileNotFoundError:
        own = ""
    return _STYLE + own


def style_url(site: Site, list_key: str | None) -> str:
    """Where the style sheet is; another text has another address, so it may be kept for good."""
    name = f"style/{list_key}.css" if list_key else "style.css"
    return f"{site.base_path}/{name}?v={version_of_file(style_of(site, list_key))}"


@lru_cache(maxsize=16)
def version_of_file(text: str) -> str:
    """Tells whether a file is the one a browser has kept."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def asked_locale(request: Request) -> str:
    """The language a browser asks for first of those we speak; else the first list's."""
    first = site_of(request).locale
    ordered = [first, *(locale for locale in LOCALES if locale != first)]
    for wanted in request.headers.get("accept-language", "").split(","):
        tag = wanted.partition(";")[0].strip()
        best = best_locale(tag, ordered)
        if tag and tag.partition("-")[0].lower() == best:
            return best
    return first
