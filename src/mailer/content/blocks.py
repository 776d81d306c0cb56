"""What stands between lines: paragraphs, sub-headings, lists, quotes, tables, code; as HTML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from markupsafe import Markup

from mailer.content.attributes import Attributes, read_attributes
from mailer.content.inline import Inline, inline_html, is_break, note_html, safe
from mailer.content.markdown import ATTRIBUTES
from mailer.content.reading import Reading

_LOWEST: Final = 6


@dataclass(slots=True)
class Outline:
    """The levels of sub-headings as they come out: none is skipped, whatever the author typed."""

    base: int
    _open: list[int] = field(default_factory=list)

    def level(self, written: int) -> int:
        """The level to print for a sub-heading written with so many #."""
        while self._open and self._open[-1] >= written:
            self._open.pop()
        self._open.append(written)
        return min(self.base + len(self._open) - 1, _LOWEST)


def line_of(node: SyntaxTreeNode, reading: Reading) -> int:
    """The line of the file where a node begins; a table's cell has its row's."""
    place: SyntaxTreeNode | None = node
    while place is not None and (place.is_root or place.map is None):
        place = place.parent
    return reading.first_line + (place.map[0] if place is not None and place.map else 0)


def inline_of(node: SyntaxTreeNode) -> Token | None:
    """The token that holds a paragraph's, heading's or cell's text."""
    child = node.children[0] if node.children else None
    return child.token if child is not None and child.type == "inline" else None


def attributes_of(node: SyntaxTreeNode, reading: Reading) -> Attributes:
    """What an attribute line says."""
    return read_attributes(node.content, line_of(node, reading), reading.faults)


@dataclass(slots=True)
class Blocks:
    """Turns nodes into HTML; one for each stretch of text with headings of its own."""

    reading: Reading
    outline: Outline
    breaks: bool = False
    """Whether a line's end in the source is one for the reader (in briefs and events)."""

    def html(self, nodes: Sequence[SyntaxTreeNode]) -> Markup:
        """The nodes as HTML, without rules at their edges: the template parts sections."""
        inner = list(nodes)
        while inner and inner[0].type == "hr":
            inner.pop(0)
        while inner and inner[-1].type == "hr":
            inner.pop()
        return safe("\n".join(self._pieces(inner)))

    def paragraph(self, tokens: Sequence[Token], line: int, *, tight: bool = False) -> str:
        """A paragraph; a captioned picture or a button alone on its line stands apart from it."""
        pieces: list[str] = []
        text: list[Token] = []
        begin = line
        for number, content, end in _lines(tokens):
            if apart := self._apart(content, line + number):
                pieces += (self._prose(text, begin, tight=tight), apart)
                text, begin = [], line + number + 1
            else:
                text += [*content, *end]
        pieces.append(self._prose(text, begin, tight=tight))
        return "\n".join(piece for piece in pieces if piece)

    def _pieces(self, nodes: Sequence[SyntaxTreeNode]) -> Iterator[str]:
        attributes: Attributes | None = None
        for node in nodes:
            if node.type == ATTRIBUTES:
                self._misplaced(attributes)
                attributes = attributes_of(node, self.reading)
                continue
            if piece := self._piece(node, attributes):
                yield piece
            attributes = None
        self._misplaced(attributes)

    def _piece(self, node: SyntaxTreeNode, attributes: Attributes | None) -> str:
        if node.type == "heading":
            return self._heading(node, attributes)
        if attributes is not None and attributes.button and node.type == "paragraph":
            return self._button(node, attributes)
        self._misplaced(attributes)
        return _RENDERERS[node.type](self, node)

    def _misplaced(self, attributes: Attributes | None) -> None:
        if attributes is None:
            return
        if attributes.button:
            what, mend = "a .button without a link below it", "as in [Read on](https://…)"
        else:
            what, mend = "an attribute line without a heading below it", "put it right above one"
        self.reading.faults.add(attributes.line, what, mend)

    def _heading(self, node: SyntaxTreeNode, attributes: Attributes | None) -> str:
        anchor = ""
        if attributes is not None:
            anchor = attributes.anchor
            if attributes.kind or attributes.button or attributes.fields:
                what = "these attributes do not go with this sub-heading"
                mend = "a kind stands before a ## heading, or a ### heading within a section"
                self.reading.faults.add(attributes.line, what, mend)
        token, line = inline_of(node), line_of(node, self.reading)
        html = Inline(self.reading, line).html((token.children if token else None) or [])
        if not html:
            self.reading.faults.add(line, "a heading without words", "write some or remove it")
        name = f"h{self.outline.level(int(node.tag[1:]))}"
        return f'<{name} id="{anchor}">{html}</{name}>' if anchor else f"<{name}>{html}</{name}>"

    def _text(self, node: SyntaxTreeNode) -> str:
        token, line = inline_of(node), line_of(node, self.reading)
        if token is None:
            return ""
        if re.match(r"#{2,6}[^#\s]", token.content):
            mend = "put a blank between # and the words"
            self.reading.faults.add(line, "a heading that cannot be read", mend)
        return self.paragraph(token.children or [], line, tight=bool(node.hidden))

    def _prose(self, tokens: list[Token], line: int, *, tight: bool) -> str:
        while tokens and is_break(tokens[-1]):
            tokens = tokens[:-1]
        html = Inline(self.reading, line, breaks=self.breaks).html(tokens)
        return html if tight or not html else f"<p>{html}</p>"

    def _apart(self, tokens: Sequence[Token], line: int) -> str:
        """A line that is nothing but a captioned picture or a button; empty for any other."""
        kinds = [token.type for token in tokens]
        if kinds in (["image"], ["link_open", "image", "link_close"]):
            image = tokens[kinds.index("image")]
            if image.attrs.get("title"):
                return self._figure(tokens, image, line)
        elif tokens and _is_one_link(tokens) and tokens[0].attrs.get("class") == "button":
            return self._press(tokens, line)
        return ""

    def _figure(self, tokens: Sequence[Token], image: Token, line: int) -> str:
        inline = Inline(self.reading, line)
        title = str(image.attrs["title"])
        shown = inline.image(image, captioned=True)
        if len(tokens) > 1:
            link = inline.html([tokens[0], _placeholder(), tokens[2]])
            shown = str(link).replace(_PLACE, shown)
        caption, _, credit = title.partition("|")
        texts = [inline_html(caption.strip(), line, self.reading)]
        if credit.strip():
            texts.append(
                Markup('<small class="credit">{}</small>').format(
                    inline_html(credit.strip(), line, self.reading)
                )
            )
        return f"<figure>{shown}<figcaption>{' '.join(filter(None, texts))}</figcaption></figure>"

    def _press(self, tokens: Sequence[Token], line: int) -> str:
        tokens[0].attrs.pop("class", None)
        return f'<p class="button">{Inline(self.reading, line).html(tokens)}</p>'

    def _button(self, node: SyntaxTreeNode, attributes: Attributes) -> str:
        token = inline_of(node)
        children = (token.children if token else None) or []
        if not _is_one_link(children):
            what, mend = "a .button is one link and nothing else", "as in [Read on](https://…)"
            self.reading.faults.add(attributes.line, what, mend)
        return self._press(children, line_of(node, self.reading)) if children else ""

    def _list(self, node: SyntaxTreeNode) -> str:
        items = (f"<li>{self._inner(item)}</li>" for item in node.children)
        start = node.attrs.get("start", 1) if node.type == "ordered_list" else 1
        number = f' start="{int(start)}"' if start != 1 else ""
        return f"<{node.tag}{number}>\n" + "\n".join(items) + f"\n</{node.tag}>"

    def _inner(self, node: SyntaxTreeNode) -> str:
        return "\n".join(self._pieces(node.children))

    def _quote(self, node: SyntaxTreeNode) -> str:
        return f"<blockquote>\n{self._inner(node)}\n</blockquote>"

    def _code(self, node: SyntaxTreeNode) -> str:
        return f"<pre><code>{escape(node.content, quote=False)}</code></pre>"

    def _rule(self, node: SyntaxTreeNode) -> str:
        return "<hr>"

    def _raw(self, node: SyntaxTreeNode) -> str:
        note_html(node.content, line_of(node, self.reading), self.reading)
        return ""

    def _table(self, node: SyntaxTreeNode) -> str:
        return "<table>\n" + "\n".join(self._rows(part) for part in node.children) + "\n</table>"

    def _rows(self, node: SyntaxTreeNode) -> str:
        rows = (
            "<tr>" + "".join(self._cell(cell) for cell in row.children) + "</tr>"
            for row in node.children
        )
        return f"<{node.tag}>\n" + "\n".join(rows) + f"\n</{node.tag}>"

    def _cell(self, node: SyntaxTreeNode) -> str:
        token = inline_of(node)
        html = Inline(self.reading, line_of(node, self.reading)).html(
            (token.children if token else None) or []
        )
        scope = ' scope="col"' if node.tag == "th" else ""
        style = f' style="{escape(str(node.attrs["style"]))}"' if "style" in node.attrs else ""
        return f"<{node.tag}{scope}{style}>{html}</{node.tag}>"


_RENDERERS: Final[dict[str, Callable[[Blocks, SyntaxTreeNode], str]]] = {
    "paragraph": Blocks._text,
    "bullet_list": Blocks._list,
    "ordered_list": Blocks._list,
    "blockquote": Blocks._quote,
    "fence": Blocks._code,
    "hr": Blocks._rule,
    "html_block": Blocks._raw,
    "table": Blocks._table,
}
_PLACE: Final = "\ufffc"


def _placeholder() -> Token:
    return Token("text", "", 0, content=_PLACE)


def _is_one_link(tokens: Sequence[Token]) -> bool:
    kinds = [token.type for token in tokens]
    return bool(kinds) and kinds[0] == "link_open" and kinds.index("link_close") == len(kinds) - 1


def _lines(tokens: Sequence[Token]) -> Iterator[tuple[int, list[Token], list[Token]]]:
    """The lines of a paragraph, each with its number from 0 and the break that ends it.

    Line ends within emphasis or a link part nothing.
    """
    number = begin_number = depth = 0
    line: list[Token] = []
    for token in tokens:
        depth += token.nesting
        if is_break(token) and depth == 0:
            yield begin_number, line, [token]
            line, begin_number = [], number + 1
        else:
            line.append(token)
        number += is_break(token)
    yield begin_number, line, []
