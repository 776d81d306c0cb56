"""The Markdown we read: CommonMark, tables and strikethrough, attribute lines, personal fields.

Four things differ from CommonMark, each because a letter is no manual: raw HTML is refused (but a
comment is a note to oneself, and dropped), four leading spaces are no code block, a line of dashes
under a paragraph is a rule and no heading, and an attribute line may interrupt a paragraph.
"""

from __future__ import annotations

import re
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.attrs import attrs_plugin

from mailer.content.model import PERSONAL_FIELDS

ATTRIBUTES: Final = "attributes"
"""Token of an attribute line; its content is the line."""
FIELD: Final = "field"
"""Token of a personal field; its content is the name, its meta says whether it is known."""

INLINE_ATTRIBUTES: Final = ("class", "width")

# `{.kind …}`, `{#name …}`, `{key=…}`; but not `{{ … }}`, `{% … %}` or prose in braces.
_ATTRIBUTE_LINE: Final = re.compile(r"\{\s*([.#][^\s{}]|[\w-]+\s*=).*")
_FIELD: Final = re.compile(r"\[\[[ \t]*([^\[\]\n]*?)[ \t]*\]\]")
MOST_NESTING: Final = 40
"""How deep quotes and lists may lie in each other; the parser drops in silence what lies deeper."""


class _Parser(MarkdownIt):
    """Leaves addresses as written: `links` judges them, and quotes the author's own spelling."""

    def validateLink(self, url: str) -> bool:  # noqa: N802
        return True

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802
        return link


def new_parser() -> MarkdownIt:
    """A parser with our rules; it keeps no state between texts."""
    parser = _Parser("commonmark", {"maxNesting": MOST_NESTING})
    parser.enable(["table", "strikethrough"])
    parser.disable(["code", "lheading"])
    # Escaped characters stay tokens of their own, so that `\[[` is told from `[[`.
    parser.disable("text_join")
    parser.use(attrs_plugin, after=("image", "link_close"), allowed=INLINE_ATTRIBUTES)
    parser.inline.ruler.before("attr", "braces", _braces)
    parser.inline.ruler.before("link", FIELD, _field)
    parser.block.ruler.before(
        "fence",
        ATTRIBUTES,
        _attribute_line,
        {"alt": ["paragraph", "reference", "blockquote", "list", "table"]},
    )
    return parser


def _attribute_line(state: StateBlock, start: int, _end: int, silent: bool) -> bool:  # noqa: FBT001
    begin = state.bMarks[start] + state.tShift[start]
    line = state.src[begin : state.eMarks[start]].strip()
    if not _ATTRIBUTE_LINE.fullmatch(line):
        return False
    if not silent:
        token = state.push(ATTRIBUTES, "", 0)
        token.content = line
        token.map = [start, start + 1]
        state.line = start + 1
    return True


def _braces(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
    """`{{` and `{%` are text, also right behind a link, where attributes would be read."""
    pair = state.src[state.pos : state.pos + 2]
    if pair not in ("{{", "{%"):
        return False
    if not silent:
        state.append_pending(pair)
    state.pos += 2
    return True


def _field(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
    """`[[ name ]]`, and any other `[[`, which then is a fault."""
    if not state.src.startswith("[[", state.pos):
        return False
    match = _FIELD.match(state.src, state.pos, state.posMax)
    if not silent:
        token = state.push(FIELD, "", 0)
        token.content = match.group(1) if match else ""
        token.meta = {"known": token.content in PERSONAL_FIELDS}
    state.pos = match.end() if match else state.pos + 2
    return True
