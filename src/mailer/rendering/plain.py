"""From semantic HTML to a text that a person enjoys reading.

Headings are underlined, lists keep their signs, quotes their bars, tables their columns where they
fit; links are numbered, and listed once by whoever prints the notes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from mailer.rendering.columns import GLUE, collapse, columns, underlined, wrapped
from mailer.rendering.tree import Element, parse_html

__all__ = ["Note", "Notes", "html_to_text", "underlined", "wrapped"]


@dataclass(frozen=True, slots=True)
class Note:
    """One link of a text part: the number that stands in the text, and where it leads."""

    number: int
    url: str


class Notes:
    """The links met so far; the same URL always has the same number.

    `numbers` gives URLs whose number is settled already; others get the next free ones.
    """

    def __init__(self, numbers: Mapping[str, int] | None = None) -> None:
        self._settled = dict(numbers or {})
        self._met: dict[str, int] = {}

    def number(self, url: str) -> int:
        """The number of a URL, noting that it was met."""
        if url not in self._met:
            taken = (*self._settled.values(), *self._met.values())
            self._met[url] = self._settled.get(url) or max(taken, default=0) + 1
        return self._met[url]

    def __iter__(self) -> Iterator[Note]:
        pairs = sorted(self._met.items(), key=lambda pair: pair[1])
        return iter([Note(number, url) for url, number in pairs])

    def __len__(self) -> int:
        return len(self._met)


_BLOCKS: Final = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "dd",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "ul",
    ]
)
_RULES: Final = {"h1": "=", "h2": "=", "h3": "-"}


def html_to_text(
    html: str, *, width: int = 72, links: Notes | None = None, indent: str = ""
) -> str:
    """The text of an HTML fragment in lines of at most `width` columns; no line end at its end."""
    writer = _Writer(Notes() if links is None else links)
    text = writer.blocks(parse_html(html), width - columns(indent))
    if not indent:
        return text
    return "\n".join(f"{indent}{line}".rstrip(" ") for line in text.split("\n"))


class _Writer:
    """Writes blocks; each method gives text without a line end at its end."""

    def __init__(self, links: Notes) -> None:
        self._links = links
        self._special: Mapping[str, Callable[[Element, int], str]] = {
            "ul": self._list,
            "ol": self._list,
            "blockquote": self._quote,
            "pre": self._verbatim,
            "table": self._table,
            "hr": lambda _element, width: "* * *".center(width).rstrip(),
            "p": self._paragraph,
            **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), self._heading),
        }

    def blocks(self, parent: Element, width: int) -> str:
        """Everything a block holds: its blocks, and its loose text as paragraphs."""
        written: list[str] = []
        tight = parent.name in ("li", "figure", "dl")
        run: list[Element | str] = []
        for child in [*parent.children, Element("hr-end")]:
            is_block = isinstance(child, Element) and child.name in _BLOCKS | {"hr-end"}
            if not is_block:
                run.append(child)
                continue
            if text := self._prose(run, width):
                written.append(text)
            run = []
            assert isinstance(child, Element)
            if child.name != "hr-end" and (text := self._block(child, width)):
                written.append(text)
        return ("\n" if tight else "\n\n").join(written)

    def _block(self, element: Element, width: int) -> str:
        return self._special.get(element.name, self.blocks)(element, width)

    def _prose(self, run: list[Element | str], width: int) -> str:
        text = "".join(self._inline(child) for child in run)
        lines = [collapse(line).strip(" ") for line in text.split("\v")]
        text = "\n".join(lines).strip("\n")
        return wrapped(text, width=width) if text.strip() else ""

    def _paragraph(self, element: Element, width: int) -> str:
        text = self.blocks(element, width)
        if text and "button" in element.attributes.get("class", "").split():
            return wrapped(text.replace("\n", " "), width=width, indent="  ", first="→ ")
        return text

    def _heading(self, element: Element, width: int) -> str:
        text = self._prose(element.children, width)
        return underlined(text, _RULES.get(element.name, "~"), width) if text else ""

    def _list(self, element: Element, width: int) -> str:
        items = [child for child in element.children if isinstance(child, Element)]
        start = element.attributes.get("start", "")
        first = int(start) if start.isdigit() else 1
        signs = [
            f"{first + number}. " if element.name == "ol" else "- " for number in range(len(items))
        ]
        margin = max(map(len, signs), default=0)
        written: list[str] = []
        for sign, item in zip(signs, items, strict=True):
            lines = self.blocks(item, width - margin).split("\n")
            written.append(sign.rjust(margin) + _hang("\n".join(lines), " " * margin))
        loose = any(
            isinstance(child, Element) and child.name == "p"
            for item in items
            for child in item.children
        )
        return ("\n\n" if loose else "\n").join(written)

    def _quote(self, element: Element, width: int) -> str:
        text = self.blocks(element, width - 2)
        return "\n".join(f"> {line}".rstrip(" ") for line in text.split("\n"))

    def _verbatim(self, element: Element, _width: int) -> str:
        return "\n".join(
            f"    {line}".rstrip(" ") for line in element.text().strip("\n").split("\n")
        )

    def _table(self, element: Element, width: int) -> str:
        rows = [
            [self._cell(cell) for cell in row.children if isinstance(cell, Element)]
            for row in element.walk()
            if row.name == "tr"
        ]
        rows = [row for row in rows if row]
        if not rows:
            return ""
        has_head = any(cell.name == "th" for cell in element.walk())
        count = max(map(len, rows))
        rows = [row + [""] * (count - len(row)) for row in rows]
        sizes = [max(columns(row[n]) for row in rows) for n in range(count)]
        if sum(sizes) + 2 * (count - 1) <= width:
            return _aligned(rows, sizes, has_head=has_head)
        return _spelt(rows, width, has_head=has_head)

    def _cell(self, cell: Element) -> str:
        return collapse(self.blocks(cell, 10_000)).strip()

    def _inline(self, child: Element | str) -> str:
        if isinstance(child, str):
            return child.replace("\v", " ")
        if child.name == "br":
            return "\v"
        if child.name == "img":
            alt = child.attributes.get("alt", "").strip()
            return f"[{alt}]" if alt else ""
        text = "".join(self._inline(inner) for inner in child.children)
        return self._link(child.attributes.get("href", ""), text) if child.name == "a" else text

    def _link(self, href: str, text: str) -> str:
        shown = text.strip()
        scheme, _, rest = href.partition(":")
        if scheme in ("mailto", "tel"):
            address = rest.partition("?")[0]
            return text if not shown or address in shown else f"{text} ({address})"
        if scheme not in ("http", "https") or not shown:
            return text
        space = text[len(text.rstrip()) :]
        return f"{text.rstrip()}{GLUE}[{self._links.number(href)}]{space}"


def _hang(text: str, indent: str) -> str:
    return text.replace("\n", f"\n{indent}").replace(f"\n{indent}\n", "\n\n")


def _aligned(rows: list[list[str]], sizes: list[int], *, has_head: bool) -> str:
    lines = [
        "  ".join(
            cell + " " * (size - columns(cell)) for cell, size in zip(row, sizes, strict=True)
        )
        for row in rows
    ]
    if has_head:
        lines.insert(1, "  ".join("-" * size for size in sizes))
    return "\n".join(line.rstrip(" ") for line in lines).replace(GLUE, " ")


def _spelt(rows: list[list[str]], width: int, *, has_head: bool) -> str:
    """A table too wide for its lines: each row told cell by cell."""
    head, body = (rows[0], rows[1:]) if has_head else ([""] * len(rows[0]), rows)
    told = []
    for row in body:
        cells = [
            wrapped(f"{name}: {cell}" if name else cell, width=width, indent="  ", first="")
            for name, cell in zip(head, row, strict=True)
            if cell
        ]
        told.append("\n".join(cells))
    return "\n\n".join(told)
