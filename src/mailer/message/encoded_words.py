"""Text that is not ASCII, as RFC 2047 encoded words for a header."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from mailer.message.clusters import clusters

LONGEST_WORD = 75  # RFC 2047 2
LONGEST_LINE = 76  # RFC 2047 2: of every line that holds an encoded word
_FRAME = len("=?utf-8?Q?" + "?=")

_LETTERS_AND_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
SAFE_IN_PHRASE = frozenset(_LETTERS_AND_DIGITS + "!*+-/")  # RFC 2047 5 (3)
SAFE_IN_TEXT = frozenset(map(chr, range(0x21, 0x7F))) - set("=?_")  # RFC 2047 4.2 (3)


@dataclass(frozen=True, slots=True)
class _Encoding:
    """One of the two ways to write a word: how much it holds, and how wide a text becomes."""

    write: Callable[[str], str]
    width: Callable[[str], int]
    capacity: Callable[[int], int]


def encoded_words(text: str, *, safe: frozenset[str], first_room: int) -> list[str]:
    """`text` as encoded words of at most 75 characters, in Q or B, whichever is shorter.

    `first_room` is what the line being written still holds; where that is too little for the
    first character the first word is made for a line of its own. A decoder drops the space
    between two of these words, so the text's own spaces stand inside them (RFC 2047 6.2).
    """
    encoding = _shorter(text, safe)
    whole = encoding.capacity(LONGEST_WORD - _FRAME)
    first = encoding.capacity(max(0, min(LONGEST_WORD, first_room) - _FRAME))
    return [encoding.write(part) for part in _fill(text, encoding, first, whole)]


def _shorter(text: str, safe: frozenset[str]) -> _Encoding:
    octets = len(text.encode())
    if sum(len(_q(character, safe)) for character in text) <= (octets + 2) // 3 * 4:
        return _Encoding(
            write=lambda part: f"=?utf-8?Q?{''.join(_q(each, safe) for each in part)}?=",
            width=lambda part: sum(len(_q(each, safe)) for each in part),
            capacity=lambda room: room,
        )
    return _Encoding(
        write=lambda part: f"=?utf-8?B?{b64encode(part.encode()).decode('ascii')}?=",
        width=lambda part: len(part.encode()),
        capacity=lambda room: room // 4 * 3,
    )


@lru_cache(maxsize=4096)
def _q(character: str, safe: frozenset[str]) -> str:
    """RFC 2047 4.2."""
    if character in safe:
        return character
    return "_" if character == " " else "".join(f"={octet:02X}" for octet in character.encode())


def _fill(text: str, encoding: _Encoding, first: int, whole: int) -> list[str]:
    """`text` in parts, split between clusters where a part can hold one, else between characters.

    RFC 2047 5: each word holds a whole number of characters.
    """
    if encoding.width(text) <= first:
        return [text]
    parts: list[str] = []
    part, left = "", first
    for piece in _pieces(text, encoding, whole):
        width = encoding.width(piece)
        if width > left:
            if part:
                parts.append(part)
            part, left = "", whole
        part += piece
        left -= width
    return [*parts, part]


def _pieces(text: str, encoding: _Encoding, whole: int) -> list[str]:
    return [
        piece
        for cluster in clusters(text)
        for piece in ([cluster] if encoding.width(cluster) <= whole else cluster)
    ]
