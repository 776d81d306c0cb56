"""What an issue is once it has been read: frozen values, in the author's order.

Every field typed `Markup` is HTML, already escaped and typeset; every `str` is plain text (a
template escapes it). Personal fields stand in both as `HOLE_OPEN + field + HOLE_CLOSE`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, get_args

from markupsafe import Markup

Kind = Literal[
    "note",
    "summary",
    "article",
    "briefs",
    "guest",
    "events",
    "pick",
    "sponsor",
    "quote",
    "signoff",
    "free",
]
Status = Literal["draft", "ready"]

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
STATUSES: Final[tuple[Status, ...]] = get_args(Status)

PERSONAL_FIELDS: Final = ("name", "first_name", "email")
"""What an issue's text may say of its reader, between `[[` and `]]`."""

HOLE_OPEN: Final = "\ue000"
HOLE_CLOSE: Final = "\ue001"
"""Around a personal field's name; private-use characters, which no source may contain."""

_EMPTY: Final = Markup()


@dataclass(frozen=True, slots=True)
class Column:
    """A standing guest column, as config names it: who writes, and what always stands above."""

    key: str
    kicker: str = ""
    blurb: str = ""
    author: str = ""
    photo: str = ""
    contact: str = ""
    rhythm: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """A picture beside the issue: `name` in the HTML (`src="image:NAME"`), size in pixels.

    `name` is the path below the issue's folder with forward slashes; `digest` is the SHA-256 of
    the file, in hexadecimal.
    """

    path: Path
    name: str
    width: int
    height: int
    digest: str
    octets: int = 0
    """Of the file."""


@dataclass(frozen=True, slots=True)
class Brief:
    """One item of a briefs section; a one-line item has text but no title."""

    title_html: Markup = _EMPTY
    html: Markup = _EMPTY
    source_html: Markup = _EMPTY
    """The last line, where it began with 👉 or →, without that sign; inline HTML."""


@dataclass(frozen=True, slots=True)
class Group:
    """Briefs under one sub-heading. Untitled before the first one, and where prose follows briefs.

    Printed in this order: title (level `Section.inner_level`), `html`, briefs.
    """

    title_html: Markup = _EMPTY
    anchor: str = ""
    html: Markup = _EMPTY
    briefs: tuple[Brief, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """Something to go to. Whatever the author left out is empty; `link` is a plain URL."""

    title_html: Markup = _EMPTY
    when: Markup = _EMPTY
    where: Markup = _EMPTY
    who: Markup = _EMPTY
    link: str = ""
    html: Markup = _EMPTY


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the issue. Printed in this order: title, html, groups, events, parts.

    `title` is plain and `title_html` inline HTML; both empty where there is no heading. `anchor`
    is unique in the edition. `level` is the heading level of the title; sub-headings in `html`
    begin at `inner_level`, so that no level is skipped (WCAG 2.2, technique G141).
    """

    kind: Kind
    title: str = ""
    title_html: Markup = _EMPTY
    anchor: str = ""
    kicker: str = ""
    hide_title: bool = False
    html: Markup = _EMPTY
    sources: Markup = _EMPTY
    line: int = 1
    level: int = 2
    groups: tuple[Group, ...] = ()
    events: tuple[Event, ...] = ()
    parts: tuple[Section, ...] = ()
    column: Column | None = None
    advertiser: str = ""
    attribution: str = ""

    @property
    def shows_title(self) -> bool:
        """Whether a heading is to be printed."""
        return bool(self.title) and not self.hide_title

    @property
    def inner_level(self) -> int:
        """The level of headings directly below this section's title."""
        return self.level + 1 if self.shows_title else self.level


@dataclass(frozen=True, slots=True)
class Edition:
    """An issue in one language. `locale` is a language tag such as `fr` or `en-GB`."""

    locale: str
    title: str
    subject: str
    preheader: str
    file: Path
    template: str | None = None
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True)
class Issue:
    """One number of a list, whole: its editions (the main one first) and its pictures.

    `digest` is the SHA-256, in hexadecimal, over the name and the bytes of every file that goes
    into the issue: the same digest means the same issue.
    """

    number: int
    list: str
    locale: str
    date: dt.date | None
    status: Status
    folder: Path
    editions: Mapping[str, Edition]
    digest: str
    images: Mapping[str, Image] = field(default_factory=dict)

    @property
    def main(self) -> Edition:
        """The edition that issue.md itself holds."""
        return self.editions[self.locale]


@dataclass(frozen=True, slots=True)
class IssueRef:
    """An issue as its front matter announces it, before its text is read."""

    number: int
    list: str
    slug: str
    status: Status
    file: Path
    date: dt.date | None = None

    @property
    def folder(self) -> Path:
        """The issue's folder."""
        return self.file.parent
