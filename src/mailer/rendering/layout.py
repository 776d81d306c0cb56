"""A text with holes: static runs, values of one reader, and branches between them.

A layout is what a compiled template is. `fill` is the plain way to one reader's text; the mail's
wire form walks the same tree.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from mailer.rendering.errors import FillError
from mailer.rendering.expressions import Values, evaluator

Escape = Literal["html", "attribute", "href", "text", "header"]
# RFC 5322 2.2, RFC 5321 4.5.2; half a surrogate pair cannot be written in UTF-8.
_REFUSED: Final = re.compile("[\r\n\0\ud800-\udfff]")
_SPECIAL: Final = re.compile("[&<>\"']")
ESCAPES: Final[tuple[Escape, ...]] = get_args(Escape)


@dataclass(frozen=True, slots=True)
class Static:
    """Text that is the same for every reader."""

    text: str


@dataclass(frozen=True, slots=True)
class Value:
    """A stage-two expression's value, escaped for the place it stands in.

    `where` names the template's file and line, for findings.
    """

    expression: str
    escape: Escape
    where: str = ""


@dataclass(frozen=True, slots=True)
class Arm:
    """One way through a branch; an empty condition is `else`."""

    condition: str
    nodes: tuple[Node, ...]
    where: str = ""


@dataclass(frozen=True, slots=True)
class Branch:
    """The first arm whose condition holds, or nothing."""

    arms: tuple[Arm, ...]


Node = Static | Value | Branch


@dataclass(frozen=True, slots=True)
class Layout:
    """A whole text with holes."""

    nodes: tuple[Node, ...]

    def fill(self, values: Values) -> str:
        """One reader's text; raises FillError for a value that holds CR, LF or NUL."""
        return "".join(_texts(self.nodes, values))

    def holes(self) -> Iterator[Value]:
        """Every value it may show, whatever the branch."""
        return _holes(self.nodes)

    def arms(self) -> Iterator[Arm]:
        """Every arm of every branch."""
        return _arms(self.nodes)

    def to_json(self) -> str:
        """The layout as JSON; `from_json` gives back an equal one."""
        return json.dumps(_dump(self.nodes), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Layout:
        """The layout that `to_json` wrote."""
        return cls(_load(json.loads(text)))


def safe(value: object, expression: str) -> str:
    """A value as text; raises FillError where it holds what no line of a mail may hold."""
    text = value if type(value) is str else "" if value is None else str(value)
    if _REFUSED.search(text):
        raise FillError(
            f"the value of «{expression}» holds a line break, a NUL or half a character",
            mend="correct this reader's data",
        )
    return text


def escape_html(text: str) -> str:
    """Safe between tags, in a quoted attribute and in a title."""
    if not _SPECIAL.search(text):
        return text
    return (
        text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace('"', "&#34;")
        .replace("'", "&#39;")
    )


def as_is(text: str) -> str:
    """A text part and a header need no escape: their encoding does it all."""
    return text


ESCAPED: Final[Mapping[str, Callable[[str], str]]] = {
    "html": escape_html,
    "attribute": escape_html,
    "href": escape_html,
    "text": as_is,
    "header": as_is,
}


def _texts(nodes: Iterable[Node], values: Values) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, Static):
            yield node.text
        elif isinstance(node, Value):
            value = evaluator(node.expression)(values)
            yield ESCAPED[node.escape](safe(value, node.expression))
        else:
            yield from _texts(_chosen(node, values), values)


def _chosen(branch: Branch, values: Values) -> tuple[Node, ...]:
    for arm in branch.arms:
        if not arm.condition or evaluator(arm.condition)(values):
            return arm.nodes
    return ()


def _holes(nodes: Iterable[Node]) -> Iterator[Value]:
    for node in nodes:
        if isinstance(node, Value):
            yield node
        elif isinstance(node, Branch):
            for arm in node.arms:
                yield from _holes(arm.nodes)


def _arms(nodes: Iterable[Node]) -> Iterator[Arm]:
    for node in nodes:
        if isinstance(node, Branch):
            for arm in node.arms:
                yield arm
                yield from _arms(arm.nodes)


def _dump(nodes: Iterable[Node]) -> list[Any]:
    """Static text is a string, a value an object, a branch a list of arms."""
    dumped: list[Any] = []
    for node in nodes:
        if isinstance(node, Static):
            dumped.append(node.text)
        elif isinstance(node, Value):
            dumped.append({"value": node.expression, "escape": node.escape, "where": node.where})
        else:
            dumped.append(
                [
                    {"if": arm.condition, "where": arm.where, "then": _dump(arm.nodes)}
                    for arm in node.arms
                ]
            )
    return dumped


def _load(dumped: list[Any]) -> tuple[Node, ...]:
    nodes: list[Node] = []
    for item in dumped:
        if isinstance(item, str):
            nodes.append(Static(item))
        elif isinstance(item, dict):
            nodes.append(Value(item["value"], item["escape"], item["where"]))
        else:
            nodes.append(
                Branch(tuple(Arm(arm["if"], _load(arm["then"]), arm["where"]) for arm in item))
            )
    return tuple(nodes)
