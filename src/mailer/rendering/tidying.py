"""Filled MJML made ready for mrml, which reads and prints some things otherwise than meant.

mrml 6.0 prints attributes with Rust's escapes, copies the title into one, ignores inline styles
and keeps authors' comments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from mailer.language import Language
from mailer.rendering.marks import Marks
from mailer.rendering.markup import ATTRIBUTES, TAG, attributes_of
from mailer.rendering.vocabulary import VOID

_INLINE_STYLE: Final = re.compile(
    rf"<mj-style(?P<attributes>{ATTRIBUTES})>(?P<css>.*?)</mj-style\s*>", re.DOTALL
)
_TITLE: Final = re.compile(r"(<mj-title[^>]*>)(.*?)(</mj-title\s*>)", re.DOTALL)
_CONDITION: Final = re.compile(r"<!--\[if|<!--<!\[endif\]|<!\[endif\]")
_TABLES: Final = frozenset(("table", "mj-table"))
_ROWS: Final = frozenset(("tr", "thead", "tbody", "tfoot", "caption", "colgroup"))


def tidied(source: str, marks: Marks, language: Language) -> str:
    """The source as mrml prints it the way it was meant."""
    source = _TITLE.sub(lambda match: match[1] + _references(match[2]) + match[3], source)
    return TAG.sub(lambda match: _tag(match, marks, language), with_row_groups(source))


def without_inline_styles(source: str) -> tuple[str, str]:
    """The contents of `<mj-style inline="inline">`, and the source without them."""
    styles: list[str] = []

    def take(match: re.Match[str]) -> str:
        if ("inline", "inline") not in attributes_of(match["attributes"]):
            return match[0]
        styles.append(match["css"])
        return ""

    source = _INLINE_STYLE.sub(take, source)
    return "\n".join(styles), source


@dataclass(slots=True)
class _Table:
    """An open table: where its row group would begin, and whether it needs one, once known."""

    start: int
    grouped: bool | None = None


@dataclass(slots=True)
class _Regrouping:
    """The source in pieces, with room for what is put between them."""

    pieces: list[str] = field(default_factory=list)
    tables: list[_Table] = field(default_factory=list)

    def row(self, name: str) -> None:
        """The first row, or group of rows, decides."""
        if self.tables and self.tables[-1].grouped is None:
            self.tables[-1].grouped = name == "tr"
            self.pieces[self.tables[-1].start] = "<tbody>" if name == "tr" else ""

    def open(self, tag: str) -> None:
        """A table's start tag, and room for a group's."""
        self.pieces.extend((tag, ""))
        self.tables.append(_Table(len(self.pieces) - 1))

    def close(self) -> None:
        """Before a table's end tag."""
        if self.tables and self.tables.pop().grouped:
            self.pieces.append("</tbody>")


def with_row_groups(source: str) -> str:
    """Rows directly in a table get the `<tbody>` an HTML parser would add.

    It would add it at the first row: within a branch, where the branch begins with that row.
    """
    regrouping = _Regrouping()
    position = 0
    for match in TAG.finditer(source):
        name = (match["name"] or "").lower()
        if match["comment"] or match["closed"] or name not in _TABLES | _ROWS:
            continue
        regrouping.pieces.append(source[position : match.start()])
        position = match.start()
        if name in _TABLES and match["end"]:
            regrouping.close()
        elif name in _TABLES:
            regrouping.open(match[0])
            position = match.end()
        elif not match["end"]:
            regrouping.row(name)
    return "".join(regrouping.pieces) + source[position:]


def _tag(match: re.Match[str], marks: Marks, language: Language) -> str:
    """A tag that mrml prints as it is meant; an author's comment goes."""
    if match["comment"]:
        keep = _CONDITION.match(match[0]) or marks.holds(match[0])
        return match[0] if keep else ""
    if match["end"]:
        return match[0]
    closed = match["closed"] or match["name"].lower() in VOID
    known = attributes_of(match["attributes"])
    if match["name"] == "mjml":
        known = list({"lang": language.code, "dir": language.direction, **dict(known)}.items())
    attributes = "".join(
        f" {name}" if value is None else f' {name}="{_attribute(value)}"' for name, value in known
    )
    return f"<{match['name']}{attributes}{' /' if closed else ''}>"


def _attribute(value: str) -> str:
    escaped = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _references(escaped)


def _references(text: str) -> str:
    """Numeric references for all that Rust's debug output would escape; controls have none."""
    return "".join(
        character
        if " " <= character < "\x7f" and character not in '\\"'
        else f"&#{ord(character)};"
        for character in text
        if not "\x7f" <= character <= "\x9f"
    )
