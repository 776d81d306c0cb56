"""A layout as chunks of finished wire bytes, compiled once and joined for every reader.

Each chunk and each value is whole physical lines, so what is joined is a body as RFC 2045 wants it,
whatever the values are and whichever branches are taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from mailer.message import encode_chunk, encode_value
from mailer.rendering import (
    ESCAPED,
    Branch,
    Escape,
    Layout,
    Node,
    Static,
    Values,
    evaluator,
    safe,
)

Encoded = dict[str, bytes]
"""What was encoded already for this reader, by its text."""


@dataclass(frozen=True, slots=True)
class _Hole:
    """One value."""

    expression: str
    evaluate: Callable[[Values], Any]
    escape: Callable[[str], str]

    def append_to(self, pieces: list[bytes], values: Values, encoded: Encoded) -> None:
        value = self.evaluate(values)
        text = self.escape(value if type(value) is str else safe(value, self.expression))
        found = encoded.get(text)
        if found is None:  # else it was found safe in another hole, or in the other part
            found = encoded[text] = encode_value(safe(text, self.expression))
        pieces.append(found)


@dataclass(frozen=True, slots=True)
class _Fork:
    """The first arm whose condition holds."""

    arms: tuple[tuple[Callable[[Values], Any] | None, WireLayout], ...]

    def append_to(self, pieces: list[bytes], values: Values, encoded: Encoded) -> None:
        for condition, wired in self.arms:
            if condition is None or condition(values):
                wired.append_to(pieces, values, encoded)
                return


class WireLayout:
    """The wire form of a layout."""

    __slots__ = ("_steps",)

    def __init__(self, layout: Layout) -> None:
        self._steps = _steps(layout.nodes)

    @property
    def start(self) -> bytes:
        """The chunks that every copy begins with."""
        return b"".join(takewhile(lambda step: type(step) is bytes, self._steps))  # type: ignore[arg-type]

    @property
    def is_fixed(self) -> bool:
        """Whether it is the same in every copy."""
        return all(type(step) is bytes for step in self._steps)

    def append_to(self, pieces: list[bytes], values: Values, encoded: Encoded) -> None:
        """Add one reader's chunks; raises FillError for a value no line can hold."""
        for step in self._steps:
            if type(step) is bytes:
                pieces.append(step)
            else:
                step.append_to(pieces, values, encoded)  # type: ignore[union-attr]


def _steps(nodes: Iterable[Node]) -> tuple[bytes | _Hole | _Fork, ...]:
    steps: list[bytes | _Hole | _Fork] = []
    run: list[str] = []
    for node in nodes:
        if isinstance(node, Static):
            run.append(node.text)
            continue
        if run:
            steps.append(encode_chunk("".join(run)))
            run = []
        steps.append(
            _fork(node) if isinstance(node, Branch) else _hole(node.expression, node.escape)
        )
    if run:
        steps.append(encode_chunk("".join(run)))
    return tuple(steps)


def _hole(expression: str, escape: Escape) -> _Hole:
    return _Hole(expression, evaluator(expression), ESCAPED[escape])


def _fork(branch: Branch) -> _Fork:
    return _Fork(
        tuple(
            (evaluator(arm.condition) if arm.condition else None, WireLayout(Layout(arm.nodes)))
            for arm in branch.arms
        )
    )
