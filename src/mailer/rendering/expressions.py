"""Stage two's language: the few expressions that are evaluated once per reader.

Jinja's own parser reads them; what is allowed is a short list of its nodes. Names are resolved in
a flat mapping of dotted names («subscriber.first_name»), and a missing one is the empty string.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

from jinja2 import Environment, TemplateSyntaxError, nodes

from mailer.errors import meant
from mailer.rendering.errors import FillError

Values = Mapping[str, object]
"""What is known of a reader: dotted name -> value."""

Evaluate = Callable[[Values], Any]

LINKS: Final = tuple(
    f"links.{name}" for name in ("unsubscribe", "preferences", "view", "share", "subscribe")
)
PIXEL: Final = "links.pixel"
FOLLOW: Final = "links.follow"
"""What stands behind a content link for who agreed to that; templates need not print it."""
NAMES: Final = (
    "subscriber.name",
    "subscriber.first_name",
    "subscriber.email",
    "subscriber.locale",
    *LINKS,
    PIXEL,
    FOLLOW,
    "test",
)
"""Every name a stage-two expression may use, beside `subscriber.attributes.<key>`."""

_ATTRIBUTE: Final = "subscriber.attributes."

ENVIRONMENT: Final = Environment(  # it only parses: nothing is rendered with it
    block_start_string="[%",
    block_end_string="%]",
    variable_start_string="[[",
    variable_end_string="]]",
    comment_start_string="[#\ue002",
    comment_end_string="\ue002#]",
    autoescape=False,  # noqa: S701
)


class ExpressionError(ValueError):
    """The expression says something stage two does not know."""


@lru_cache(maxsize=1024)
def evaluator(source: str) -> Evaluate:
    """A function from values to the expression's value; raises ExpressionError.

    What it returns for a name is what the mapping holds; comparing unlike things raises FillError.
    """
    return _compile(_parse(source), source)


def names_in(source: str) -> frozenset[str]:
    """The dotted names an expression uses."""
    tree = _parse(source)
    found = [*tree.find_all((nodes.Name, nodes.Getattr)), tree]
    names = (_dotted(node) for node in found)
    return frozenset(name for name in names if name in NAMES or name.startswith(_ATTRIBUTE))


def _parse(source: str) -> nodes.Expr:
    if not source.strip():
        raise ExpressionError("it is empty")
    try:
        template = ENVIRONMENT.parse(f"[[ {source} ]]")
    except TemplateSyntaxError as error:
        raise ExpressionError(error.message or "it cannot be read") from None
    output = template.body[0] if len(template.body) == 1 else None
    if not isinstance(output, nodes.Output) or len(output.nodes) != 1:
        raise ExpressionError("it is not one expression")
    return output.nodes[0]


def _dotted(node: nodes.Node) -> str:
    parts: list[str] = []
    while isinstance(node, nodes.Getattr):
        parts.append(node.attr)
        node = node.node
    if not isinstance(node, nodes.Name):
        return ""
    return ".".join([node.name, *reversed(parts)])


def _compile(node: nodes.Node, source: str) -> Evaluate:
    build = _BUILDERS.get(type(node))
    if build is None:
        kind = type(node).__name__
        raise ExpressionError(
            "it may use names, constants, and, or, not, comparisons and inline if, "
            f"but here is {_KINDS.get(kind, kind)}"
        )
    return build(node, source)


_KINDS: Final = {"Filter": "a filter", "Call": "a call", "Getitem": "a subscript", "Test": "a test"}


def _name(node: nodes.Node, _source: str) -> Evaluate:
    name = _dotted(node)
    key = name.removeprefix(_ATTRIBUTE)
    if name not in NAMES and (key == name or "." in key):
        raise ExpressionError(f"there is no {name!r}{nearest(name, NAMES)}")
    return lambda values: values.get(name, "")


def nearest(word: str, words: tuple[str, ...] | list[str]) -> str:
    """«, did you mean …?» where one of `words` is near, else nothing."""
    near = meant(word, words)
    return f": did you mean {near}?" if near else ""


def _constant(node: nodes.Node, _source: str) -> Evaluate:
    assert isinstance(node, nodes.Const)
    value = node.value
    return lambda _values: value


def _and(node: nodes.Node, source: str) -> Evaluate:
    assert isinstance(node, nodes.And)
    left, right = _compile(node.left, source), _compile(node.right, source)
    return lambda values: left(values) and right(values)


def _or(node: nodes.Node, source: str) -> Evaluate:
    assert isinstance(node, nodes.Or)
    left, right = _compile(node.left, source), _compile(node.right, source)
    return lambda values: left(values) or right(values)


def _not(node: nodes.Node, source: str) -> Evaluate:
    assert isinstance(node, nodes.Not)
    inner = _compile(node.node, source)
    return lambda values: not inner(values)


def _inline_if(node: nodes.Node, source: str) -> Evaluate:
    assert isinstance(node, nodes.CondExpr)
    test, then = _compile(node.test, source), _compile(node.expr1, source)
    other: Evaluate = _compile(node.expr2, source) if node.expr2 else (lambda _values: "")
    return lambda values: then(values) if test(values) else other(values)


def _is_none(node: nodes.Node, source: str) -> Evaluate:
    assert isinstance(node, nodes.Test)
    if node.name not in {"none", "defined"} or node.args or node.kwargs:
        raise ExpressionError(f"it may ask `is none` and `is defined`, not `is {node.name}`")
    inner = _compile(node.node, source)
    if node.name == "none":
        return lambda values: inner(values) in (None, "")
    return lambda values: inner(values) not in (None, "")


_OPERATORS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "eq": lambda a, b: bool(a == b),
    "ne": lambda a, b: bool(a != b),
    "lt": lambda a, b: bool(a < b),
    "lteq": lambda a, b: bool(a <= b),
    "gt": lambda a, b: bool(a > b),
    "gteq": lambda a, b: bool(a >= b),
}


def _compare(node: nodes.Node, source: str) -> Evaluate:
    assert isinstance(node, nodes.Compare)
    if len(node.ops) != 1 or node.ops[0].op not in _OPERATORS:
        raise ExpressionError("it may compare two values by ==, !=, <, <=, > or >=")
    left, right = _compile(node.expr, source), _compile(node.ops[0].expr, source)
    operator = _OPERATORS[node.ops[0].op]

    def compare(values: Values) -> bool:
        try:
            return operator(left(values), right(values))
        except TypeError:
            raise FillError(
                f"«{source}» compares unlike things",
                mend="compare texts by == and !=, and ask first whether there is one",
            ) from None

    return compare


_BUILDERS: Final[Mapping[type[nodes.Node], Callable[[nodes.Node, str], Evaluate]]] = {
    nodes.Name: _name,
    nodes.Getattr: _name,
    nodes.Const: _constant,
    nodes.And: _and,
    nodes.Or: _or,
    nodes.Not: _not,
    nodes.CondExpr: _inline_if,
    nodes.Test: _is_none,
    nodes.Compare: _compare,
}
