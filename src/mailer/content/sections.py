"""An edition's body cut at its headings into sections, parts, groups and items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from markdown_it.tree import SyntaxTreeNode
from markupsafe import Markup

from mailer.content.attributes import Attributes, read_attributes
from mailer.content.blocks import Blocks, Outline, attributes_of, inline_of, line_of
from mailer.content.errors import nearest
from mailer.content.inline import Inline, inline_html
from mailer.content.itemised import with_events, with_groups
from mailer.content.markdown import ATTRIBUTES, MOST_NESTING
from mailer.content.model import Column, Kind, Section
from mailer.content.reading import Reading

_SECTION_LEVEL: Final = 2
_PART_LEVEL: Final = 3


@dataclass(slots=True)
class _Draft:
    """A section while its nodes are gathered."""

    kind: Kind
    line: int
    attributes: Attributes
    heading: SyntaxTreeNode | None = None
    nodes: list[SyntaxTreeNode] = field(default_factory=list)
    parts: list[_Draft] = field(default_factory=list)


def read_sections(body: str, reading: Reading) -> tuple[Section, ...]:
    """The sections of a body, in the author's order. Faults are noted in the reading."""
    tokens = reading.parser.parse(body, reading.references)
    for token in tokens:
        if token.type == ATTRIBUTES and token.map:
            line = reading.first_line + token.map[0]
            _reserve(read_attributes(token.content, line, reading.faults), reading)
        if token.level >= MOST_NESTING - 1 and token.map:
            line = reading.first_line + token.map[0]
            reading.faults.add(line, "lists or quotes too deep in each other", "take some apart")
    drafts = _cut(SyntaxTreeNode(tokens).children, reading)
    finished = [_finish(draft, _SECTION_LEVEL, reading) for draft in drafts]
    # What stands before the first heading may be comments only.
    sections = tuple(one for one in finished if one.title or one.html or one.parts)
    for line, target in reading.targets:
        if target not in reading.anchors.names:
            mend = nearest(target, [f"#{name}" for name in reading.anchors.names])
            reading.faults.add(line, f"no place «#{target}» in this issue", mend)
    return sections


def _reserve(attributes: Attributes, reading: Reading) -> None:
    if not attributes.anchor:
        return
    taken = reading.anchors.reserve(attributes.anchor, attributes.line)
    if taken is not None:
        mend = f"see line {taken}"
        reading.faults.add(attributes.line, f"#{attributes.anchor} is used twice", mend)


def _cut(nodes: Sequence[SyntaxTreeNode], reading: Reading) -> list[_Draft]:
    """The nodes shared out: `##` opens a section, `###` with a kind a part of it."""
    first = _Draft("note", reading.first_line, Attributes(reading.first_line))
    sections = [first]
    current = first
    for node in nodes:
        written = int(node.tag[1:]) if node.type == "heading" else 0
        if 0 < written <= _SECTION_LEVEL:
            if written == 1:
                mend = "the issue's title stands in the front matter; open sections with ##"
                reading.faults.add(line_of(node, reading), "a # heading", mend)
            current = _open(node, current.nodes, "article", reading)
            sections.append(current)
        elif written == _PART_LEVEL and _opens_part(current.nodes, sections[-1], reading):
            kind: Kind = sections[-1].kind if sections[-1].kind in ("briefs", "events") else "free"
            current = _open(node, current.nodes, kind, reading)
            sections[-1].parts.append(current)
        else:
            if not first.nodes and current is first:
                first.line = line_of(node, reading)
            current.nodes.append(node)
    return sections if first.nodes or first.parts else sections[1:]


def _opens_part(before: Sequence[SyntaxTreeNode], section: _Draft, reading: Reading) -> bool:
    """After the first part every `###` opens another, so that the author's order is kept."""
    if section.parts or section.kind == "events":
        return True
    if not before or before[-1].type != ATTRIBUTES:
        return False
    return attributes_of(before[-1], reading).kind is not None


def _open(
    heading: SyntaxTreeNode, before: list[SyntaxTreeNode], default: Kind, reading: Reading
) -> _Draft:
    """A section under a heading; the attribute line above is taken from the nodes before."""
    line = line_of(heading, reading)
    attributes = Attributes(line)
    if before and before[-1].type == ATTRIBUTES:
        attributes = attributes_of(before.pop(), reading)
        if attributes.button:
            mend = "it stands before a link of its own"
            reading.faults.add(attributes.line, "a .button before a heading", mend)
    return _Draft(attributes.kind or default, line, attributes, heading)


def _finish(draft: _Draft, level: int, reading: Reading) -> Section:
    says = draft.attributes.says
    title, title_html = _title(draft, reading)
    line = draft.attributes.line
    frame = Section(
        kind=draft.kind,
        title=title,
        title_html=title_html,
        anchor=draft.attributes.anchor or reading.anchors.give(title, draft.kind, draft.line),
        kicker=reading.plain(says("kicker")),
        hide_title=says("hide_title") == "true",
        sources=inline_html(says("sources"), line, reading) if says("sources") else Markup(),
        line=draft.line,
        level=level,
        column=_column(draft, reading),
        advertiser=_advertiser(draft, reading),
        attribution=reading.plain(says("attribution")),
    )
    filled, following = _filled(frame, draft.nodes, reading)
    parts = [*following]
    for part in draft.parts:
        finished = _finish(part, filled.inner_level, reading)
        # Parts have no parts: what follows the events of one stands beside it.
        parts += [replace(finished, parts=()), *finished.parts]
    return replace(filled, parts=tuple(parts))


def _title(draft: _Draft, reading: Reading) -> tuple[str, Markup]:
    token = inline_of(draft.heading) if draft.heading else None
    if draft.heading is None:
        return "", Markup()
    children = (token.children if token else None) or []
    if any(child.type == "image" for child in children):
        mend = "put it below the heading"
        reading.faults.add(draft.line, "a picture in a heading", mend)
        return "", Markup()
    html = Inline(reading, draft.line).html(children)
    if not html:
        mend = "write some; hide_title=true keeps them from being shown"
        reading.faults.add(draft.line, "a heading without words", mend)
    return Inline(reading, draft.line).text(children), html


def _column(draft: _Draft, reading: Reading) -> Column | None:
    key = draft.attributes.says("column")
    if not key or draft.kind != "guest":
        return None
    column = reading.columns.get(key)
    if column is None:
        mend = nearest(key, reading.columns) or "name it in config.toml, under the list's columns"
        reading.faults.add(draft.attributes.line, f"unknown column «{key}»", mend)
        return None
    plain = reading.plain
    return replace(
        column, kicker=plain(column.kicker), blurb=plain(column.blurb), author=plain(column.author)
    )


def _advertiser(draft: _Draft, reading: Reading) -> str:
    advertiser = draft.attributes.says("advertiser")
    if draft.kind == "sponsor" and not advertiser:
        # Directive 2000/31/EC, article 6: advertising says that it is, and for whom.
        mend = 'as in {.sponsor advertiser="Papeterie Oriel"}'
        reading.faults.add(draft.attributes.line, "a sponsor section names no advertiser", mend)
    return reading.plain(advertiser)


def _filled(
    frame: Section, nodes: Sequence[SyntaxTreeNode], reading: Reading
) -> tuple[Section, tuple[Section, ...]]:
    """The section with its body, and untitled sections for what follows its events."""
    if frame.kind == "briefs":
        return with_groups(frame, nodes, reading), ()
    if frame.kind == "events":
        return with_events(frame, nodes, reading)
    if frame.kind == "quote" and len(nodes) == 1 and nodes[0].type == "blockquote":
        nodes = nodes[0].children  # the kind already says that it is one
    html = Blocks(reading, Outline(frame.inner_level)).html(nodes)
    return replace(frame, html=html), ()
