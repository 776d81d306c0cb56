"""Names for places in an edition: ASCII, unique, and the same at every reading."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# What decomposition leaves whole.
_LETTERS: Final = str.maketrans(
    {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ł": "l", "þ": "th", "’": " ", "'": " "}
)
_LONGEST: Final = 60


def slug(text: str) -> str:
    """A title as an address spells it: «Search & IA» is `search-ia`; may come out empty."""
    plain = unicodedata.normalize("NFKD", text.lower().translate(_LETTERS))
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign))
    words = re.findall(r"[a-z0-9]+", bare)
    name = ""
    for word in words:
        longer = f"{name}-{word}" if name else word[:_LONGEST]
        if len(longer) > _LONGEST:
            break
        name = longer
    return name


class Anchors:
    """The names given so far in one edition. Those the author chose are reserved first."""

    def __init__(self) -> None:
        self._lines: dict[str, int] = {}

    def reserve(self, name: str, line: int) -> int | None:
        """Take the author's own name; the line of the first use where it is taken already."""
        if name in self._lines:
            return self._lines[name]
        self._lines[name] = line
        return None

    def give(self, text: str, otherwise: str, line: int) -> str:
        """A free name made from a title, or from `otherwise` where the title gives none."""
        base = slug(text) or otherwise
        name, count = base, 1
        while name in self._lines:
            count += 1
            name = f"{base}-{count}"
        self._lines[name] = line
        return name

    @property
    def names(self) -> list[str]:
        """All names, in the order they were given."""
        return list(self._lines)
