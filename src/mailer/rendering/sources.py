"""A template's source with both stages' tags blanked out, so that its markup can be read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

BLANK: Final = "\ue010"
"""What an expression is blanked with: a letter to the eyes of the markup patterns."""

_STAGES: Final = re.compile(
    r"(?P<comment>\{#.*?#\})"
    r"|(?P<statement>\{%.*?%\})"
    r"|(?P<expression>\{\{.*?\}\})"
    r"|(?P<escaped>\\\[[\[%])"
    r"|(?P<block>\[%.*?%\])"
    r"|(?P<value>\[\[.*?\]\])",
    re.DOTALL,
)
_WORD: Final = re.compile(r"[{\[]%[-+]?\s*(\w+)")

_OPENING: Final = frozenset(
    ("if", "for", "macro", "call", "filter", "block", "with", "autoescape", "set", "trans", "raw")
)
_MIDDLE: Final = frozenset(("else", "elif", "pluralize"))


@dataclass(frozen=True, slots=True)
class Control:
    """A statement that opens, divides or ends a stretch of the template."""

    position: int
    word: str
    stage: str
    """`{%` or `[%`."""

    @property
    def opens(self) -> bool:
        """Whether an end statement must follow."""
        return self.word in _OPENING

    @property
    def divides(self) -> bool:
        """Whether it stands between two arms."""
        return self.word in _MIDDLE

    @property
    def ends(self) -> bool:
        """Whether it ends a stretch."""
        return self.word.startswith("end")


@dataclass(frozen=True, slots=True)
class Masked:
    """The source's text with every tag of both stages blanked, position by position."""

    text: str
    controls: tuple[Control, ...]
    jinja: tuple[tuple[int, int], ...]
    """Where stage one's own tags stand: (start, end)."""
    comments: tuple[tuple[int, int], ...]
    """Where stage one's comments stand."""


def mask(source: str) -> Masked:
    """Blank out the tags of both stages; lengths and line ends stay as they are."""
    controls: list[Control] = []
    jinja: list[tuple[int, int]] = []
    comments: list[tuple[int, int]] = []

    def blank(match: re.Match[str]) -> str:
        kind = match.lastgroup
        if kind == "comment":
            comments.append(match.span())
        elif kind in ("statement", "expression"):
            jinja.append(match.span())
        if kind in ("statement", "block"):
            controls.extend(_control(match))
        filler = BLANK if kind in ("expression", "value") else " "
        return re.sub(r"[^\n]", filler, match[0])

    text = _STAGES.sub(blank, source)
    return Masked(text, tuple(controls), tuple(jinja), tuple(comments))


def _control(match: re.Match[str]) -> list[Control]:
    word = _WORD.match(match[0])
    if word is None or (word[1] == "set" and "=" in match[0]):
        return []
    return [Control(match.start(), word[1], match[0][:2])]
