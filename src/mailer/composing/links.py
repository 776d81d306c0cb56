"""An issue's links and pictures get addresses of our own, numbered by place.

A link's number comes from where it stands, over all editions, the main one first; so compiling
needs no database, the addresses are the same for every reader, and none can lead elsewhere than
the issue's own table says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import quote

from markupsafe import Markup

from mailer.content import Edition, Event, Issue
from mailer.rendering import parse_html, rewrite_tags

_T = TypeVar("_T")

COLUMN_PIXELS = 540
"""The widest a picture is shown; a larger file is for screens with finer pixels."""


@dataclass(frozen=True, slots=True)
class Link:
    """One content link: its number in the issue, where it leads, and the words it stands under."""

    n: int
    url: str
    locale: str
    label: str


@dataclass(frozen=True, slots=True)
class Linked:
    """An issue whose addresses are ours, and the table of what they stand for."""

    issue: Issue
    links: tuple[Link, ...]
    numbers: Mapping[str, Mapping[str, int]]
    """By locale: our URL -> number."""


def number_links(issue: Issue, base_url: str) -> Linked:
    """The issue with `/c/<list>-<number>/<n>` for its links and `/i/…` for its pictures.

    Within an edition the same target has the same number. `#…`, mailto: and tel: stay.
    """
    place = f"{issue.list}-{issue.number}"
    links: list[Link] = []
    editions: dict[str, Edition] = {}
    numbers: dict[str, Mapping[str, int]] = {}
    for locale, edition in issue.editions.items():
        numbering = _Numbering(f"{base_url}/c/{place}/", f"{base_url}/i/{place}/", locale, links)
        sections = numbering.renewed(edition.sections)
        editions[locale] = replace(edition, sections=sections)
        numbers[locale] = numbering.numbers
    renumbered = replace(issue, editions=MappingProxyType(editions))
    return Linked(renumbered, tuple(links), MappingProxyType(numbers))


def _shown(attributes: list[tuple[str, str | None]]) -> list[tuple[str, str | None]]:
    """A picture's attributes with the size it is shown at: Outlook knows no max-width."""
    named = dict(attributes)
    width, height = named.get("width") or "", named.get("height") or ""
    if not (width.isdigit() and height.isdigit()) or int(width) <= COLUMN_PIXELS:
        return attributes
    shown = {
        "width": str(COLUMN_PIXELS),
        "height": str(round(int(height) * COLUMN_PIXELS / int(width))),
    }
    return [(name, shown.get(name, value)) for name, value in attributes]


class _Numbering:
    """Walks one edition; adds what it meets to the issue's table."""

    def __init__(self, clicks: str, pictures: str, locale: str, links: list[Link]) -> None:
        self._clicks = clicks
        self._pictures = pictures
        self._locale = locale
        self._links = links
        self._by_target: dict[str, str] = {}
        self._labels: dict[str, str] = {}
        self.numbers: dict[str, int] = {}

    def renewed(self, value: _T) -> _T:
        """The value with all HTML in it rewritten, in the order of its fields."""
        return self._renew(value)  # type: ignore[no-any-return]

    def _renew(self, value: Any) -> Any:
        if isinstance(value, Markup):
            return self._html(value)
        if isinstance(value, tuple):
            return tuple(self._renew(item) for item in value)
        if not is_dataclass(value) or isinstance(value, type):
            return value
        if isinstance(value, Event) and value.link:
            self._labels[value.link] = parse_html(value.title_html).text()
        changed = {field.name: self._renew(getattr(value, field.name)) for field in fields(value)}
        if isinstance(value, Event):
            changed["link"] = self._link(value.link)
        return replace(value, **changed)

    def _html(self, html: Markup) -> Markup:
        if "<" not in html:
            return html
        for element in parse_html(html).walk():
            if element.name == "a":
                label = " ".join(element.text().split())
                self._labels.setdefault(element.attributes.get("href", ""), label)
        return Markup(rewrite_tags(str(html), self._attributes))  # noqa: S704  (HTML it was)

    def _attributes(
        self, element: str, attributes: list[tuple[str, str | None]]
    ) -> list[tuple[str, str | None]] | None:
        if element == "a":
            return [
                (name, self._link(value) if name == "href" and value else value)
                for name, value in attributes
            ]
        if element == "img":
            return [
                (name, self._picture(value) if name == "src" and value else value)
                for name, value in _shown(attributes)
            ]
        return None

    def _link(self, target: str) -> str:
        if not target.startswith(("http://", "https://")):
            return target
        if target not in self._by_target:
            number = len(self._links) + 1
            label = self._labels.get(target, "")
            self._links.append(Link(number, target, self._locale, label))
            self._by_target[target] = f"{self._clicks}{number}"
            self.numbers[self._by_target[target]] = number
        return self._by_target[target]

    def _picture(self, source: str) -> str:
        name = source.removeprefix("image:")
        return source if name == source else self._pictures + quote(name)
