"""What the author wrote, piece by piece, with the line of the section that holds each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass

from markupsafe import Markup

from mailer.content import Brief, Column, Event, Section
from mailer.rendering import Element, parse_html


@dataclass(frozen=True, slots=True)
class Fragment:
    """One piece of HTML (a text, a title, a brief) as a tree, and the line of its section.

    Pieces of one `item` belong together: a section's text and sources, one brief, one event.
    """

    tree: Element
    line: int
    item: int

    @property
    def text(self) -> str:
        """Its words, single-spaced; blocks are apart."""
        return " ".join(" ".join(_pieces(self.tree)).split())


def fragments(sections: tuple[Section, ...]) -> tuple[Fragment, ...]:
    """Every piece that holds something, in the order of the issue."""
    return tuple(piece for section in sections for piece in _in_section(section))


def _in_section(section: Section) -> Iterator[Fragment]:
    for value, item in _values(section, id(section)):
        if isinstance(value, Section):
            yield from _in_section(value)
        elif isinstance(value, Markup) and value:
            yield Fragment(parse_html(str(value)), section.line, item)
        elif isinstance(value, Event) and value.link:
            link = Element("a", {"href": value.link}, [parse_html(value.title_html).text()])
            yield Fragment(Element("", children=[link]), section.line, item)


def _values(value: object, item: int) -> Iterator[tuple[object, int]]:
    """The markup, the sections and the events below a value; sections are not entered."""
    if not is_dataclass(value) or isinstance(value, type):
        return
    for field in fields(value):
        held = getattr(value, field.name)
        for one in held if isinstance(held, tuple) else (held,):
            if isinstance(one, Column):
                continue
            inner = id(one) if isinstance(one, Brief | Event) else item
            yield one, inner
            if not isinstance(one, Section):
                yield from _values(one, inner)


_INLINE = frozenset({"a", "em", "strong", "s", "code", "span", "b", "i", "sup", "sub"})


def _pieces(element: Element) -> Iterator[str]:
    words = ""
    for child in element.children:
        if isinstance(child, str):
            words += child
        elif child.name in _INLINE:
            words += "".join(_pieces(child))
        else:
            yield words
            words = ""
            yield from _pieces(child)
    yield words
