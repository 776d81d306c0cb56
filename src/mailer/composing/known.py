"""What is the same for a whole campaign is filled once, before the first reader.

A share link, the absence of a pixel, that this is no test: holes and branches that ask for nothing
else become static text, and the runs on both sides of them one chunk.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from mailer.composing.frozen import FrozenMail
from mailer.rendering import (
    ESCAPED,
    Arm,
    Branch,
    Layout,
    Node,
    Static,
    Value,
    Values,
    evaluator,
    names_in,
    safe,
)


def with_known(mail: FrozenMail, known: Values, present: Collection[str]) -> FrozenMail:
    """The mail with the values of `known` filled in.

    `present` are names whose value every reader has, though each another: a branch that only asks
    whether one is there is decided too.
    """
    return replace(
        mail,
        subject=Layout(tuple(_nodes(mail.subject.nodes, known, present))),
        html=Layout(tuple(_nodes(mail.html.nodes, known, present))),
        text=Layout(tuple(_nodes(mail.text.nodes, known, present))),
    )


def _nodes(nodes: tuple[Node, ...], known: Values, present: Collection[str]) -> Iterator[Node]:
    for node in nodes:
        if isinstance(node, Value):
            yield _value(node, known)
        elif isinstance(node, Branch):
            yield from _branch(node, known, present)
        else:
            yield node


def _value(value: Value, known: Values) -> Node:
    if not names_in(value.expression) <= known.keys():
        return value
    text = safe(evaluator(value.expression)(known), value.expression)
    return Static(ESCAPED[value.escape](text))


def _branch(branch: Branch, known: Values, present: Collection[str]) -> Iterator[Node]:
    arms: list[Arm] = []
    for arm in branch.arms:
        holds = _holds(arm.condition, known, present)
        if holds is False:
            continue
        nodes = tuple(_nodes(arm.nodes, known, present))
        if holds and not arms:
            yield from nodes
            return
        arms.append(Arm("" if holds else arm.condition, nodes, arm.where))
        if holds:
            break
    if arms:
        yield Branch(tuple(arms))


def _holds(condition: str, known: Values, present: Collection[str]) -> bool | None:
    """Whether a condition holds for every reader, or for none; None where it depends."""
    if not condition or condition in present:
        return True
    if names_in(condition) <= known.keys():
        return bool(evaluator(condition)(known))
    return None
