"""List items with a meaning of their own: briefs and events."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from markdown_it.tree import SyntaxTreeNode
from markupsafe import Markup

from mailer.content.blocks import Blocks, Outline, inline_of, line_of
from mailer.content.errors import ContentError
from mailer.content.inline import inline_html, safe
from mailer.content.links import clean_link
from mailer.content.model import Brief, Event
from mailer.content.reading import Reading

EVENT_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "when": ("when", "date", "quand"),
    "where": ("where", "place", "où", "ou", "lieu"),
    "who": ("who", "with", "qui", "avec"),
    "link": ("link", "lien"),
}
"""The words that open a line of an event, in English and French."""

_KEYS: Final = {word: key for key, words in EVENT_WORDS.items() for word in words}
_EVENT_LINE: Final = re.compile(
    rf"({'|'.join(_KEYS)})[ \t\u00a0\u202f]*:(?:\s+|$)(.*)", re.IGNORECASE
)
_SOURCE_LINE: Final = re.compile("(?:👉[🏻-🏿]?|→)\ufe0f?\\s*(.*)")
_ALL_BOLD: Final = re.compile(r"^\*\*([^*]+)\*\*$")


class _Line(NamedTuple):
    number: int
    text: str


def read_brief(item: SyntaxTreeNode, level: int, reading: Reading) -> Brief:
    """One brief. Its first line is its title when more follows; 👉 or → opens its source."""
    lines, rest = _item(item, reading)
    source, lines, rest = _take_source(lines, rest, reading)
    title: list[_Line] = []
    if len(lines) > 1 or rest or source:
        title, lines = lines[:1], lines[1:]
    blocks = Blocks(reading, Outline(level), breaks=True)
    return Brief(
        title_html=_title(title, reading),
        html=_join(_paragraph(lines, blocks), blocks.html(rest)),
        source_html=_inline(source, reading),
    )


def read_event(item: SyntaxTreeNode, level: int, reading: Reading) -> Event:
    """One event: a title, then lines such as `when: …` in any order, and any text."""
    lines, rest = _item(item, reading)
    blocks = Blocks(reading, Outline(level), breaks=True)
    facts: dict[str, _Line] = {}
    pieces = [_paragraph(_take_facts(lines[1:], facts, reading), blocks)]
    for node in rest:
        if node.type == "paragraph":
            pieces.append(_paragraph(_take_facts(_lines(node, reading), facts, reading), blocks))
        else:
            pieces.append(blocks.html([node]))
    return Event(
        title_html=_title(lines[:1], reading),
        when=_inline([facts["when"]] if "when" in facts else [], reading),
        where=_inline([facts["where"]] if "where" in facts else [], reading),
        who=_inline([facts["who"]] if "who" in facts else [], reading),
        link=_address(facts["link"], reading) if "link" in facts else "",
        html=_join(*pieces),
    )


def _item(item: SyntaxTreeNode, reading: Reading) -> tuple[list[_Line], list[SyntaxTreeNode]]:
    """The lines of an item's first paragraph, and the blocks below it."""
    first = item.children[0] if item.children else None
    if first is None or first.type != "paragraph":
        mend = "begin it with a line of text"
        reading.faults.add(line_of(item, reading), "an item without a first line", mend)
        return [], list(item.children)
    return _lines(first, reading), list(item.children[1:])


def _lines(node: SyntaxTreeNode, reading: Reading) -> list[_Line]:
    token = inline_of(node)
    texts = token.content.split("\n") if token else []
    begin = line_of(node, reading)
    # A backslash at a line's end would break the line, which here it does by itself.
    bare = (re.sub(r"(?<!\\)((?:\\\\)*)\\$", r"\1", text.strip()) for text in texts)
    return [_Line(begin + index, text) for index, text in enumerate(bare)]


def _take_source(
    lines: list[_Line], rest: list[SyntaxTreeNode], reading: Reading
) -> tuple[list[_Line], list[_Line], list[SyntaxTreeNode]]:
    """The source line taken away from the item's end, if there is one."""
    if rest:
        last = _lines(rest[-1], reading) if rest[-1].type == "paragraph" else []
        if len(last) == 1 and (match := _SOURCE_LINE.fullmatch(last[0].text)):
            return [_Line(last[0].number, match[1])], lines, rest[:-1]
    elif len(lines) > 1 and (match := _SOURCE_LINE.fullmatch(lines[-1].text)):
        return [_Line(lines[-1].number, match[1])], lines[:-1], rest
    return [], lines, rest


def _take_facts(lines: Sequence[_Line], facts: dict[str, _Line], reading: Reading) -> list[_Line]:
    """The lines that tell no fact; the others go into `facts`."""
    others = []
    for line in lines:
        match = _EVENT_LINE.fullmatch(line.text)
        if match is None:
            others.append(line)
            continue
        key = _KEYS[match[1].lower()]
        if key in facts:
            mend = f"see line {facts[key].number}"
            reading.faults.add(line.number, f"this event's «{key}» stands twice", mend)
        elif match[2]:
            facts[key] = _Line(line.number, match[2])
    return others


def _paragraph(lines: Sequence[_Line], blocks: Blocks) -> str:
    if not lines:
        return ""
    tokens = blocks.reading.tokens("\n".join(line.text for line in lines))
    return blocks.paragraph(tokens, lines[0].number)


def _inline(lines: Sequence[_Line], reading: Reading) -> Markup:
    return inline_html(lines[0].text, lines[0].number, reading) if lines else Markup()


def _title(lines: Sequence[_Line], reading: Reading) -> Markup:
    """A title is set by the template: bold over the whole of it says nothing more."""
    bare = [_Line(line.number, _ALL_BOLD.sub(r"\1", line.text)) for line in lines]
    return _inline(bare, reading)


def _address(line: _Line, reading: Reading) -> str:
    """A link's address, written bare, between < and >, or as [words](address)."""
    tokens = reading.tokens(line.text)
    written = line.text
    if tokens and tokens[0].type == "link_open" and tokens[-1].type == "link_close":
        written = str(tokens[0].attrs.get("href", ""))
    try:
        address = clean_link(written)
    except ContentError as error:
        reading.faults.add(line.number, error.what, error.mend)
        return ""
    if address.startswith("#"):
        reading.targets.append((line.number, address[1:]))
    return address


def _join(*pieces: str) -> Markup:
    return safe("\n".join(piece for piece in pieces if piece))
