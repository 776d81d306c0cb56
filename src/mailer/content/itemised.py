"""The sections whose lists are more than lists: briefs in groups, and events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from markdown_it.tree import SyntaxTreeNode
from markupsafe import Markup

from mailer.content.blocks import Blocks, Outline, attributes_of, inline_of, line_of
from mailer.content.inline import Inline
from mailer.content.items import read_brief, read_event
from mailer.content.markdown import ATTRIBUTES
from mailer.content.model import Group, Section
from mailer.content.reading import Reading

_LISTS: Final = ("bullet_list", "ordered_list")


@dataclass(slots=True)
class _Chunk:
    """Some prose, and the items of the list that follows it; either may be missing."""

    prose: list[SyntaxTreeNode] = field(default_factory=list)
    items: list[SyntaxTreeNode] = field(default_factory=list)


@dataclass(slots=True)
class _Headed:
    """What stands under one `###`, or before the first."""

    heading: SyntaxTreeNode | None = None
    attributes: SyntaxTreeNode | None = None
    nodes: list[SyntaxTreeNode] = field(default_factory=list)


def with_groups(section: Section, nodes: Sequence[SyntaxTreeNode], reading: Reading) -> Section:
    """A briefs section with its groups; prose before the first brief stays the section's own."""
    html = Markup()
    groups: list[Group] = []
    for headed in _under_headings(nodes):
        title, anchor = _group_title(headed, reading)
        level = section.inner_level + bool(title)
        chunks = _chunks(headed.nodes)
        if headed.heading is None and chunks:
            html = Blocks(reading, Outline(level)).html(chunks[0].prose)
            chunks[0].prose.clear()
        elif not chunks:
            chunks = [_Chunk()]
        for chunk in chunks:
            group = Group(
                title_html=title,
                anchor=anchor,
                html=Blocks(reading, Outline(level)).html(chunk.prose),
                briefs=tuple(read_brief(item, level, reading) for item in chunk.items),
            )
            if group != Group():
                groups.append(group)
            title, anchor = Markup(), ""
    return replace(section, html=html, groups=tuple(groups))


def with_events(
    section: Section, nodes: Sequence[SyntaxTreeNode], reading: Reading
) -> tuple[Section, tuple[Section, ...]]:
    """An events section, and untitled sections for prose and events after its first list."""
    filled: list[Section] = []
    level = section.inner_level
    for chunk in _chunks(nodes):
        html = Blocks(reading, Outline(level)).html(chunk.prose)
        events = tuple(read_event(item, level, reading) for item in chunk.items)
        # Only the first has the title, anchor and fields.
        blank = Section(
            "events" if events else "free",
            line=line_of((chunk.prose or chunk.items)[0], reading),
            level=level,
        )
        filled.append(replace(blank if filled else section, html=html, events=events))
    return (filled[0], tuple(filled[1:])) if filled else (section, ())


def _under_headings(nodes: Sequence[SyntaxTreeNode]) -> Iterator[_Headed]:
    current = _Headed()
    for node in nodes:
        if node.type == "heading" and node.tag == "h3":
            attributes = None
            if current.nodes and current.nodes[-1].type == ATTRIBUTES:
                attributes = current.nodes.pop()
            yield current
            current = _Headed(node, attributes)
        else:
            current.nodes.append(node)
    yield current


def _chunks(nodes: Sequence[SyntaxTreeNode]) -> list[_Chunk]:
    chunks: list[_Chunk] = []
    for node in nodes:
        if not chunks or chunks[-1].items:
            chunks.append(_Chunk())
        if node.type in _LISTS:
            chunks[-1].items.extend(node.children)
        else:
            chunks[-1].prose.append(node)
    return chunks


def _group_title(headed: _Headed, reading: Reading) -> tuple[Markup, str]:
    if headed.heading is None:
        return Markup(), ""
    line = line_of(headed.heading, reading)
    token = inline_of(headed.heading)
    children = (token.children if token else None) or []
    html = Inline(reading, line).html(children)
    if not html:
        reading.faults.add(line, "a heading without words", "write some or remove it")
    anchor = ""
    if headed.attributes is not None:
        attributes = attributes_of(headed.attributes, reading)
        anchor = attributes.anchor
        if attributes.button or attributes.fields:
            mend = "a group of briefs has a name at most, as in {#tools}"
            reading.faults.add(attributes.line, "these attributes do not go with a group", mend)
    text = Inline(reading, line).text(children)
    return html, anchor or reading.anchors.give(text, "group", line)
