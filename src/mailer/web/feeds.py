"""Feeds and the site map, as XML: Atom (RFC 4287), RSS 2.0, sitemaps.org."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

ATOM = "http://www.w3.org/2005/Atom"
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
# What XML 1.0 cannot hold, escaped or not.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

register_namespace("atom", ATOM)


@dataclass(frozen=True, slots=True)
class Item:
    """One issue."""

    url: str
    title: str
    summary: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Feed:
    """A list's newest issues, newest first."""

    url: str
    """The archive's page."""
    title: str
    description: str
    locale: str
    items: tuple[Item, ...]
    now: datetime
    """For a feed without items, which must say when it changed too."""


def atom(feed: Feed) -> bytes:
    """The feed as RFC 4287 has it."""
    root = Element("feed", {"xmlns": ATOM, "xml:lang": feed.locale})
    _text(root, "id", feed.url)
    _text(root, "title", feed.title)
    if feed.description:
        _text(root, "subtitle", feed.description)
    _text(root, "updated", _rfc3339(feed.items[0].at if feed.items else feed.now))
    _text(SubElement(root, "author"), "name", feed.title)
    SubElement(root, "link", {"rel": "self", "href": f"{feed.url}/atom.xml"})
    SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": feed.url})
    for item in feed.items:
        entry = SubElement(root, "entry")
        _text(entry, "id", item.url)
        _text(entry, "title", item.title)
        _text(entry, "updated", _rfc3339(item.at))
        _text(entry, "published", _rfc3339(item.at))
        SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": item.url})
        _text(entry, "summary", item.summary)
    return _document(root)


def rss(feed: Feed) -> bytes:
    """The feed as RSS 2.0."""
    root = Element("rss", {"version": "2.0"})
    channel = SubElement(root, "channel")
    _text(channel, "title", feed.title)
    _text(channel, "link", feed.url)
    _text(channel, "description", feed.description or feed.title)
    _text(channel, "language", feed.locale)
    own = {"rel": "self", "type": "application/rss+xml", "href": f"{feed.url}/rss.xml"}
    SubElement(channel, f"{{{ATOM}}}link", own)
    for item in feed.items:
        entry = SubElement(channel, "item")
        _text(entry, "title", item.title)
        _text(entry, "link", item.url)
        SubElement(entry, "guid", {"isPermaLink": "true"}).text = item.url
        _text(entry, "pubDate", format_datetime(item.at.astimezone(UTC)))
        _text(entry, "description", item.summary)
    return _document(root)


def sitemap(urls: Sequence[str]) -> bytes:
    """The pages a search engine may list."""
    root = Element("urlset", {"xmlns": _SITEMAP})
    for url in urls:
        _text(SubElement(root, "url"), "loc", url)
    return _document(root)


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = _NOT_XML.sub("", text)


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _document(root: Element) -> bytes:
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))
