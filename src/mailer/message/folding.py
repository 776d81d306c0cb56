"""One header field, folded at its spaces as it grows."""

from __future__ import annotations

import re
from functools import lru_cache

from mailer.message.encoded_words import LONGEST_LINE, encoded_words
from mailer.message.errors import HeaderError

LINE_WIDTH = 78  # RFC 5322 2.1.1, without the CRLF
# RFC 5322 2.2, 3.6.8. No longer than leaves room for an encoded word with any one character.
_FIELD_NAME = re.compile(r"[!-9;-~]{1,50}")
_REFUSED = re.compile("[\n\r\0\ud800-\udfff]")


@lru_cache(maxsize=256)
def field_start(name: str) -> str:
    """The field's name and its colon; raises HeaderError for what is no name (RFC 5322 3.6.8)."""
    if not _FIELD_NAME.fullmatch(name):
        raise HeaderError(f"{name!r} is not a header name")
    return name + ":"


def refuse_breaks(name: str, value: str) -> None:
    """What would end the line, or cannot be written at all, raises HeaderError (RFC 5322 2.2)."""
    if found := _REFUSED.search(value):
        raise HeaderError(f"a character U+{ord(found[0]):04X} in {name}", mend="take it out")


class Field:
    """A field being written: tokens are added, each after one space, and folded before it.

    Unfolding takes CRLF away and leaves the space (RFC 5322 2.2.3), so the value is the tokens
    joined by single spaces. No line is ever white space alone, and the name never stands alone:
    Python's parser, for one, would make that fold's space a part of the value.
    """

    __slots__ = ("_line", "_lines", "_width", "name_alone")

    def __init__(self, name: str, *, encoded: bool = False) -> None:
        self._line = field_start(name)
        self._lines: list[str] = []
        self.name_alone = True
        self._width = LONGEST_LINE if encoded else LINE_WIDTH

    @property
    def room(self) -> int:
        """How wide a token this line can still hold."""
        return self._width - _octets(self._line) - 1

    @property
    def widest(self) -> int:
        """How wide a token can be added without a line too long: the first stays by the name."""
        return self.room if self.name_alone else self._width - 1

    def add(self, token: str) -> None:
        """One token, on the next line if this one cannot hold it."""
        if _octets(token) > self.room and not self.name_alone:
            self._lines.append(self._line)
            self._line = ""
        self._line += " " + token
        self.name_alone = False

    def wire(self) -> bytes:
        """The whole field with its CRLF."""
        return "\r\n".join([*self._lines, self._line, ""]).encode()


def _octets(text: str) -> int:
    """Lines are measured in octets; only an internationalised address has more than characters."""
    return len(text) if text.isascii() else len(text.encode())


def add_encoded(field: Field, text: str, unsafe: re.Pattern[str]) -> None:
    """`text` as encoded words, beginning on the line being written wherever that has room."""
    words = encoded_words(text, unsafe=unsafe, first_room=field.room, can_fold=not field.name_alone)
    for word in words:
        field.add(word)
