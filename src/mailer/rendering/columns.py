"""Plain text in columns: how wide it is, and where a line of it may end."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

GLUE: Final = "\ue011"
"""A space at which no line may end."""

_HOLE: Final = re.compile("\ue000[^\ue001]*\ue001|mk[0-9a-f]{12}v\\d+z")
_HOLE_COLUMNS: Final = 12
_SPACES: Final = re.compile(r"[ \t\n\r\f]+")  # a no-break space is none of these


def columns(text: str) -> int:
    """How many columns a text fills in a monospaced font; a personal field counts as a name."""
    if text.isascii() and "mk" not in text:
        return len(text)
    bare, holes = _HOLE.subn("", text)
    return sum(map(_width, bare)) + holes * _HOLE_COLUMNS


@lru_cache(maxsize=4096)
def _width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def collapse(text: str) -> str:
    """Whitespace as HTML shows it; no-break spaces stay."""
    return _SPACES.sub(" ", text)


def wrapped(text: str, *, width: int = 72, indent: str = "", first: str | None = None) -> str:
    """Paragraph text in lines of at most `width` columns; a longer word stands alone.

    Line ends in the text stay. `indent` begins every line, `first` instead the first one.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines.extend(_lines(paragraph, width - columns(indent)))
    begin = indent if first is None else first
    return "\n".join(
        ((begin if number == 0 else indent) + line).rstrip(" ") for number, line in enumerate(lines)
    ).replace(GLUE, " ")


def _lines(paragraph: str, width: int) -> Iterator[str]:
    line, filled = "", 0
    for word in _SPACES.split(paragraph.strip(" \t\r\f")):
        size = columns(word)
        if line and filled + 1 + size > width:
            yield line
            line, filled = word, size
        else:
            line, filled = (f"{line} {word}", filled + 1 + size) if line else (word, size)
    yield line


def underlined(text: object, mark: str = "=", width: int = 72) -> str:
    """A heading over a line of `mark` as long as it is (at most `width`)."""
    shown = wrapped(collapse(str(text)), width=width)
    longest = max(columns(line) for line in shown.split("\n"))
    return f"{shown}\n{mark * min(longest, width)}"
