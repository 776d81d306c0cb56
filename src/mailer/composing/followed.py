"""A mail's second variant, for readers who let us see what they follow.

Everybody else's copy has the same content links as their neighbour's. Here a hole stands behind
each, which takes the reader's own click token; so the common variant stays as fast as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from mailer.composing.frozen import FrozenMail
from mailer.rendering import FOLLOW, Branch, Escape, Layout, Node, Static, Value


def with_follow_holes(mail: FrozenMail, place: str) -> FrozenMail:
    """The mail with a hole behind each content link; their addresses begin with `place`."""
    link = re.compile(re.escape(place) + r"[0-9]+(?![0-9])")
    return replace(
        mail,
        html=Layout(tuple(_nodes(mail.html.nodes, link, "href"))),
        text=Layout(tuple(_nodes(mail.text.nodes, link, "text"))),
    )


def _nodes(nodes: tuple[Node, ...], link: re.Pattern[str], escape: Escape) -> Iterator[Node]:
    for node in nodes:
        if isinstance(node, Static):
            yield from _split(node.text, link, escape)
        elif isinstance(node, Branch):
            arms = (replace(arm, nodes=tuple(_nodes(arm.nodes, link, escape))) for arm in node.arms)
            yield Branch(tuple(arms))
        else:
            yield node


def _split(text: str, link: re.Pattern[str], escape: Escape) -> Iterator[Node]:
    done = 0
    for match in link.finditer(text):
        yield Static(text[done : match.end()])
        yield Value(FOLLOW, escape)
        done = match.end()
    if done < len(text):
        yield Static(text[done:])
