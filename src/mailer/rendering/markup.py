"""Tags in a text, found without building a tree: what every check and rewriting here stands on."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape, unescape
from typing import Final

ATTRIBUTES: Final = r"""(?:[^<>"']|"[^"]*"|'[^']*')*?"""
TAG: Final = re.compile(
    rf"""(?P<comment><!--.*?-->)|<(?P<end>/?)(?P<name>[a-zA-Z][^\s/<>"']*)(?P<attributes>{ATTRIBUTES})(?P<closed>/?)>""",
    re.DOTALL,
)
"""A comment or a tag; a quoted attribute may hold `>` and, as HTML allows, `<`."""

ATTRIBUTE: Final = re.compile(
    r"""(?P<name>[^\s=<>"'/]+)(?:\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s>"']+)))?"""
)

Attribute = tuple[str, str | None]
"""A name in lower case and its value with character references resolved; None when it has none."""


def attributes_of(text: str) -> list[Attribute]:
    """The attributes in a tag's text, in order."""
    return [(match["name"].lower(), _value(match)) for match in ATTRIBUTE.finditer(text)]


def rewrite_tags(
    html: str, change: Callable[[str, list[Attribute]], list[Attribute] | None]
) -> str:
    """The text with the attributes of each start tag as `change(element, attributes)` wants them.

    None leaves a tag as it stands. Comments are left alone.
    """

    def replace(match: re.Match[str]) -> str:
        if match["comment"] or match["end"]:
            return match[0]
        before = attributes_of(match["attributes"])
        after = change(match["name"].lower(), before)
        if after is None:
            return match[0]
        return f"<{match['name']}{write_attributes(after)}{' /' if match['closed'] else ''}>"

    return TAG.sub(replace, html)


def write_attributes(attributes: list[Attribute]) -> str:
    """Attributes as they stand in a tag, each with a leading space."""
    return "".join(
        f" {name}"
        if value is None
        else f' {name}="{escape(value, quote=False).replace(_QUOTE, "&#34;")}"'
        for name, value in attributes
    )


def line_of(text: str, position: int) -> int:
    """The line, counted from 1, on which a position stands."""
    return text.count("\n", 0, position) + 1


_QUOTE: Final = '"'


def _value(match: re.Match[str]) -> str | None:
    for kind in ("double", "single", "bare"):
        if match[kind] is not None:
            return unescape(match[kind])
    return None
