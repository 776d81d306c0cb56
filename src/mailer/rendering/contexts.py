"""Where each stage-two tag stands in the finished HTML decides how its value is escaped.

Text and title, a quoted attribute, or an address: nowhere else may a reader's value stand. Outlook
reads what its conditional comments hide, so tags in them are filled like all others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mailer.rendering.errors import TemplateError
from mailer.rendering.expressions import PIXEL, names_in
from mailer.rendering.layout import Arm, Branch, Escape, Layout, Node, Static, Value
from mailer.rendering.marks import Marks, Tag
from mailer.rendering.markup import ATTRIBUTES

_ATTRIBUTE: Final = re.compile(r"""([^\s=<>"'/]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s>"']+))?""")
_ADDRESSES: Final = frozenset(("href", "src"))
_REFUSED: Final = re.compile(
    r"style|on.*|srcset|action|formaction|background|data|http-equiv|content"
)


@dataclass(frozen=True, slots=True)
class Spot:
    """One occurrence of a tag: the place it stands in, and what that place asks for."""

    tag: Tag
    start: int
    end: int
    place: str
    escape: Escape


def html_layout(html: str, marks: Marks) -> Layout:
    """The layout of a finished HTML text; raises TemplateError for a tag in the wrong place."""
    return _parse(html, list(_spots(html, marks)))


def plain_layout(text: str, marks: Marks, escape: Escape) -> Layout:
    """The layout of a text in which every value is escaped alike: a text part, a subject."""
    spots = [
        Spot(marks.tag(match), match.start(), match.end(), "text", escape)
        for match in marks.word.finditer(text)
    ]
    return _parse(text, spots)


def _spots(html: str, marks: Marks) -> Iterator[Spot]:
    word = marks.word
    scanner = re.compile(
        rf"(?P<condition><!--\[if[^\]]*\]>(?:<!-->|-->)?|(?:<!--)?<!\[endif\](?:--)?>)"
        rf"|(?P<block>{marks.commented.pattern})"
        r"|(?P<comment><!--.*?-->)"
        r"|(?P<raw><(?P<rawname>style|script)\b[^>]*>.*?</(?P=rawname)\s*>)"
        rf"|(?P<tag></?[a-zA-Z]{ATTRIBUTES}>)"
        rf"|(?P<word>{word.pattern})",
        re.DOTALL | re.IGNORECASE,
    )
    hidden = False
    for match in scanner.finditer(html):
        kind = "raw" if match["raw"] else "word" if match["word"] else match.lastgroup
        if match["condition"]:
            hidden = match[0].startswith("<!--[if") and not match[0].endswith("-->")
        elif match["block"] or match["word"]:
            found = word.search(match[0])
            assert found is not None
            place = "an Outlook condition" if hidden else "text"
            yield Spot(marks.tag(found), match.start(), match.end(), place, "html")
        elif match["tag"]:
            yield from _in_tag(match, marks)
        elif (found := word.search(match[0])) is not None:
            tag = marks.tag(found)
            name = "a comment" if kind == "comment" else f"<{match['rawname']}>"
            raise TemplateError(f"{tag.text} cannot stand in {name}", where=tag.where)


def _in_tag(match: re.Match[str], marks: Marks) -> Iterator[Spot]:
    if not marks.holds(match[0]):
        return
    word = marks.word
    taken: set[int] = set()
    for attribute in _ATTRIBUTE.finditer(match[0], 1):
        for found in word.finditer(match[0], *attribute.span()):
            tag = marks.tag(found)
            taken.add(found.start())
            if (
                attribute[2] is None
                or found.start() < attribute.start(2)
                or attribute[2][0] not in "\"'"
            ):
                raise TemplateError(
                    f"{tag.text} stands in a tag outside of a quoted attribute", where=tag.where
                )
            start = match.start() + found.start()
            place = f"{attribute[1]} at {match.start() + attribute.start()}"
            escape = _attribute_escape(attribute[1].lower(), tag)
            yield Spot(tag, start, start + len(found[0]), place, escape)
    for found in word.finditer(match[0]):
        if found.start() not in taken:
            tag = marks.tag(found)
            raise TemplateError(f"{tag.text} stands in a tag's name", where=tag.where)


def _attribute_escape(name: str, tag: Tag) -> Escape:
    if _REFUSED.fullmatch(name):
        raise TemplateError(
            f"{tag.text} cannot stand in the attribute {name!r}",
            where=tag.where,
            mend="choose between two whole elements by [% if %]",
        )
    if name not in _ADDRESSES:
        return "attribute"
    names = names_in(tag.expression) if tag.expression else frozenset()
    if tag.kind == "value" and not (names and all(known.startswith("links.") for known in names)):
        raise TemplateError(
            f"{tag.text} cannot stand in {name}, which takes only links.…",
            where=tag.where,
        )
    if name == "src" and tag.kind == "value" and names != {PIXEL}:
        raise TemplateError(f"{tag.text} cannot stand in src", where=tag.where)
    return "href"


@dataclass(slots=True)
class _OpenBranch:
    """A branch being read: its opening spot, the arms so far, and the nodes of the current one."""

    spot: Spot
    current: Tag
    outer: list[Node]
    arms: list[Arm]


def _parse(text: str, spots: list[Spot]) -> Layout:
    nodes: list[Node] = []
    branches: list[_OpenBranch] = []
    position = 0
    for spot in spots:
        _static(nodes, text[position : spot.start])
        position = spot.end
        tag = spot.tag
        if tag.kind == "value":
            nodes.append(Value(tag.expression, spot.escape, tag.shown))
        elif tag.kind == "if":
            branches.append(_OpenBranch(spot, tag, nodes, []))
            nodes = []
        else:
            nodes = _divide(spot, nodes, branches)
    _static(nodes, text[position:])
    if branches:
        tag = branches[-1].current
        raise TemplateError(f"{tag.text} lost its [% endif %]", where=tag.where)
    return Layout(tuple(nodes))


def _divide(spot: Spot, nodes: list[Node], branches: list[_OpenBranch]) -> list[Node]:
    tag = spot.tag
    if not branches:
        raise TemplateError(f"{tag.text} lost its [% if %]", where=tag.where)
    branch = branches[-1]
    if branch.spot.place != spot.place:
        raise TemplateError(
            f"{tag.text} stands in {_place(spot)}, but its [% if %] in {_place(branch.spot)}"
            f" (line {branch.spot.tag.where.line})",
            where=tag.where,
            mend="both belong into the same text or the same attribute",
        )
    if branch.current.kind == "else" and tag.kind != "endif":
        raise TemplateError(f"{tag.text} after [% else %]", where=tag.where)
    branch.arms.append(Arm(branch.current.expression, tuple(nodes), branch.current.shown))
    branch.current = tag
    if tag.kind != "endif":
        return []
    branches.pop()
    branch.outer.append(Branch(tuple(branch.arms)))
    return branch.outer


def _place(spot: Spot) -> str:
    return spot.place.partition(" at ")[0]


def _static(nodes: list[Node], text: str) -> None:
    if text:
        nodes.append(Static(text))
