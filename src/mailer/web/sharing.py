"""The shared page: an issue as its readers pass it on, and a form for whoever got it from them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from mailer.campaigns import Copies, archived_number, share_id_of, shared_issue
from mailer.composing import Frame
from mailer.language import best_locale, translator
from mailer.stats import Visited
from mailer.tokens import InvalidTokenError
from mailer.web.answers import SHARE_SCRIPT, asked_locale, fill, page, version_of_file
from mailer.web.counting import by_machine, day_of
from mailer.web.forms import EMPTY, Form, form_context
from mailer.web.reading import mail_page
from mailer.web.routes import readable
from mailer.web.site import Site, site_of

router = APIRouter()
READ_IN = {"fr": "Lire en français", "en": "Read in English"}
"""The way to another edition, in its own words."""
_TITLE = re.compile(r"<title>([^<]*)</title>")
_SHARE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Shared:
    """What a share link leads to."""

    id: str
    issue_id: int
    list_key: str
    copies: Copies | None
    """None before the issue is sent."""
    own_id: str
    """The issue's own share link, which says nothing about whose copy it was."""
    number: int | None
    """Of the issue, where the archive shows it."""


@readable(router, "/s/{share_id}")
def shared_page(request: Request, share_id: str, lang: str = "") -> Response:
    """The issue, and the form below it."""
    site = site_of(request)
    with site.reading() as connection:
        shared = find_shared(connection, site, share_id)
    if shared.copies is None:
        return not_published(request, shared)
    _count(request, site, shared)
    return show_shared(request, shared, lang, EMPTY)


def find_shared(connection: Connection, site: Site, share_id: str) -> Shared:
    """What a share link leads to; raises InvalidTokenError."""
    found = shared_issue(connection, share_id) if _SHARE_ID.fullmatch(share_id) else None
    if found is None or found[1] not in site.workspace.settings.lists:
        raise InvalidTokenError("this link is not valid")
    issue_id, list_key = found
    return Shared(
        share_id,
        issue_id,
        list_key,
        site.shelf.issue(connection, issue_id),
        share_id_of(connection, issue_id),
        archived_number(connection, issue_id),
    )


def not_published(request: Request, shared: Shared) -> Response:
    """The page of an issue of which only test copies went out."""
    frame = site_of(request).frame(shared.list_key)
    return page(request, "not_published", locale=frame.locale, status=404, frame=frame)


def _count(request: Request, site: Site, shared: Shared) -> None:
    day = day_of(site, shared.list_key, site.clock())
    machine = by_machine(request)
    site.collector.count(Visited(shared.issue_id, "share", day, machine))
    if shared.id != shared.own_id:
        site.collector.visit(shared.id, machine=machine)


def locale_for(request: Request, shared: Shared, wanted: str) -> str:
    """The language of the page: the one asked for, of those the issue has."""
    assert shared.copies is not None
    return best_locale(wanted or asked_locale(request), shared.copies.locales)


def show_shared(
    request: Request, shared: Shared, wanted: str, form: Form, *, status: int = 200
) -> Response:
    """The issue's page with a bar above it and the form below."""
    assert shared.copies is not None
    site = site_of(request)
    frame = site.frame(shared.list_key)
    locale = locale_for(request, shared, wanted)
    context: dict[str, Any] = {
        "locale": locale,
        "frame": frame,
        "action": f"{site.base_path}/s/{shared.id}",
        "others": [(code, READ_IN[code]) for code in shared.copies.locales if code != locale],
        **form_context(site, shared.list_key, locale, form),
    }
    html = shared.copies.page(locale, has_form=True)
    context |= _passing_on(site, shared, frame, html)
    if form.errors:
        # WCAG 2.2, technique G199: the page's title is what a screen reader says first.
        title = translator(locale).gettext("Please check the form")
        html = html.replace("<title>", f"<title>{title} · ", 1)
    return mail_page(
        site,
        html,
        head=fill(site, "shared_style", **context),
        above=fill(site, "shared_bar", **context),
        below=fill(site, "shared_form", **context) + fill(site, "shared_pass", **context),
        status=status,
        has_script=True,
    )


def _passing_on(site: Site, shared: Shared, frame: Frame, html: str) -> dict[str, Any]:
    """How a reader passes the issue on: always their own act, never a mail of ours."""
    found = _TITLE.search(html)
    title = f"{frame.title} – {unescape(found[1])}" if found else frame.title
    url = f"{frame.base_url}/s/{shared.id}"
    in_archive = bool(frame.archive) and shared.number is not None
    clean = f"a/{shared.list_key}/{shared.number}" if in_archive else f"s/{shared.own_id}"
    return {
        "title": title,
        "pass_url": url,
        "draft": f"{title}\n\n{url}\n",
        "clean_path": f"{site.base_path}/{clean}",
        "canonical": f"{frame.base_url}/{clean}",
        "script_version": version_of_file(SHARE_SCRIPT),
    }
