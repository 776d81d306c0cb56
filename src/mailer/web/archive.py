"""The public archive: past issues for anybody, a page for each column, and the seals' heads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from mailer.campaigns import ArchivedIssue, ColumnPart, archived_issue, archived_issues
from mailer.composing import Frame
from mailer.consent import heads
from mailer.language import best_locale, translator
from mailer.stats import Visited
from mailer.tokens import InvalidTokenError
from mailer.web.answers import PUBLIC, asked_locale, fill, page
from mailer.web.counting import by_machine, day_of
from mailer.web.feeds import Feed, Item, atom, rss, sitemap
from mailer.web.reading import mail_page
from mailer.web.routes import readable
from mailer.web.site import Site, site_of

router = APIRouter()
IN_FEED = 20
HEADS = 5
"""Of the ledger's seals: outside the house, where nobody can take them back."""
READ_IN = {"fr": "Lire en français", "en": "Read in English"}
_NUMBER = re.compile(r"[0-9]{1,10}")


@dataclass(frozen=True, slots=True)
class Line:
    """An issue as a page lists it."""

    path: str
    number: int
    locale: str
    title: str
    preheader: str
    date: str
    part: ColumnPart | None = None
    """What a guest column says in it, on that column's page."""


@readable(router, "/a/{list_key}")
def archive(request: Request, list_key: str) -> Response:
    """Every issue of a list, newest first."""
    site = site_of(request)
    frame = _frame(site, list_key)
    with site.reading() as connection:
        issues = archived_issues(connection, list_key)
        newest = heads(connection, limit=HEADS)
    locale = asked_locale(request)
    return page(
        request,
        "archive",
        heads=newest,
        locale=locale,
        frame=frame,
        is_personal=False,
        place=_place(site, frame),
        lines=[_line(site, frame, issue, locale) for issue in issues],
        columns=_columns(site, list_key, issues),
    )


@readable(router, "/a/{list_key}/column/{key}")
def column_page(request: Request, list_key: str, key: str) -> Response:
    """A guest column across the issues it appeared in."""
    site = site_of(request)
    frame = _frame(site, list_key)
    settings = site.workspace.list(list_key).columns.get(key)
    issues = [issue for issue in _issues(site, list_key) if _has_column(issue, key)]
    if settings is None or not issues:
        raise InvalidTokenError("this link is not valid")
    locale = asked_locale(request)
    return page(
        request,
        "column",
        locale=locale,
        frame=frame,
        is_personal=False,
        place=_place(site, frame),
        column=settings,
        column_key=key,
        lines=[_line(site, frame, issue, locale, key) for issue in issues],
    )


@readable(router, "/a/{list_key}/atom.xml")
def atom_feed(request: Request, list_key: str) -> Response:
    """The newest issues, for feed readers (RFC 4287 4.1.1)."""
    return _xml(atom(_feed(site_of(request), list_key)), "application/atom+xml")


@readable(router, "/a/{list_key}/rss.xml")
def rss_feed(request: Request, list_key: str) -> Response:
    """The same as RSS 2.0."""
    return _xml(rss(_feed(site_of(request), list_key)), "application/rss+xml")


@readable(router, "/sitemap.xml")
def site_map(request: Request) -> Response:
    """Every page of the archives, for search engines."""
    site = site_of(request)
    urls: list[str] = []
    for frame in site.frames():
        if frame.archive:
            urls.append(frame.archive)
            urls += [f"{frame.archive}/{one.number}" for one in _issues(site, frame.list_key)]
    return _xml(sitemap(urls), "application/xml")


@readable(router, "/a/{list_key}/{number}")
def issue_page(request: Request, list_key: str, number: str, lang: str = "") -> Response:
    """One issue as anybody may read it: no greeting, no manage link."""
    site = site_of(request)
    frame = _frame(site, list_key)
    if not _NUMBER.fullmatch(number):
        raise InvalidTokenError("this link is not valid")
    with site.reading() as connection:
        issue = archived_issue(connection, list_key, int(number))
        copies = site.shelf.issue(connection, issue.id) if issue else None
    if issue is None or copies is None:
        raise InvalidTokenError("this link is not valid")
    locale = best_locale(lang or asked_locale(request), copies.locales)
    day = day_of(site, list_key, site.clock())
    site.collector.count(Visited(issue.id, "archive", day, by_machine(request)))
    context: dict[str, Any] = {
        "locale": locale,
        "frame": frame,
        "place": _place(site, frame),
        "canonical": f"{frame.archive}/{issue.number}",
        "others": [(code, READ_IN[code]) for code in copies.locales if code != locale],
        "codes": copies.locales,
    }
    return mail_page(
        site,
        copies.page(locale),
        head=fill(site, "archived_head", **context),
        above=fill(site, "archived_bar", **context),
        is_public=True,
    )


def _frame(site: Site, list_key: str) -> Frame:
    """The list's frame; raises InvalidTokenError where it has no archive."""
    settings = site.workspace.settings.lists.get(list_key)
    if settings is None or not settings.archive:
        raise InvalidTokenError("this link is not valid")
    return site.frame(list_key)


def _issues(site: Site, list_key: str) -> list[ArchivedIssue]:
    with site.reading() as connection:
        return archived_issues(connection, list_key)


def _place(site: Site, frame: Frame) -> str:
    return f"{site.base_path}/a/{frame.list_key}"


def _has_column(issue: ArchivedIssue, key: str) -> bool:
    return any(key in edition.columns for edition in issue.editions.values())


def _columns(
    site: Site, list_key: str, issues: Sequence[ArchivedIssue]
) -> list[tuple[str, str, str]]:
    """Key, kicker and blurb of each column that appeared in an issue."""
    columns = site.workspace.list(list_key).columns
    return [
        (key, column.kicker, column.blurb)
        for key, column in columns.items()
        if any(_has_column(issue, key) for issue in issues)
    ]


def _line(site: Site, frame: Frame, issue: ArchivedIssue, wanted: str, column: str = "") -> Line:
    known = [code for code, one in issue.editions.items() if not column or column in one.columns]
    known.sort(key=lambda code: code != frame.locale)
    locale = best_locale(wanted, known)
    edition = issue.editions[locale]
    day = issue.dated or day_of(site, frame.list_key, issue.published_at)
    return Line(
        path=f"{_place(site, frame)}/{issue.number}",
        number=issue.number,
        locale=locale,
        title=edition.title,
        preheader=edition.preheader,
        date=translator(wanted).format_date(day),
        part=edition.columns.get(column),
    )


def _feed(site: Site, list_key: str) -> Feed:
    frame = _frame(site, list_key)
    issues = _issues(site, list_key)[:IN_FEED]
    items = []
    for issue in issues:
        locale = best_locale(frame.locale, list(issue.editions))
        edition = issue.editions[locale]
        items.append(
            Item(
                f"{frame.archive}/{issue.number}",
                edition.title,
                edition.preheader,
                issue.published_at,
            )
        )
    return Feed(
        frame.archive, frame.title, frame.description, frame.locale, tuple(items), site.clock()
    )


def _xml(document: bytes, kind: str) -> Response:
    return Response(document, media_type=kind, headers=PUBLIC)
