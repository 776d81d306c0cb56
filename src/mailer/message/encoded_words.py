"""Text that is not ASCII, as RFC 2047 encoded words for a header."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator

from mailer.message.clusters import clusters
from mailer.message.octets import hex_octets

LONGEST_WORD = 75  # RFC 2047 2
LONGEST_LINE = 76  # RFC 2047 2: of every line that holds an encoded word
_FRAME = len("=?utf-8?Q?" + "?=")
_ROOM = LONGEST_WORD - _FRAME

# What a Q word cannot show as it is; a space is «_».
UNSAFE_IN_PHRASE = re.compile(r"([^A-Za-z0-9!*+/ -])")  # RFC 2047 5 (3)
UNSAFE_IN_TEXT = re.compile(r"([^ -<>@-^`-~])")  # RFC 2047 4.2


def encoded_words(
    text: str, *, unsafe: re.Pattern[str], first_room: int, can_fold: bool
) -> list[str]:
    """`text` as encoded words of at most 75 characters, in Q or B, whichever is shorter.

    `first_room` is what the line being written still holds. Where that is too little for the
    first cluster, the first word is made for a line of its own, or, if the line cannot be folded
    there, holds as much of the cluster as fits. A decoder drops the space between two of these
    words, so the text's own spaces stand inside them (RFC 2047 6.2).
    """
    room = min(LONGEST_WORD, first_room) - _FRAME
    quoted = _q(text, unsafe)
    if len(quoted) > (len(text.encode()) + 2) // 3 * 4:
        first, whole = room // 4 * 3, _ROOM // 4 * 3
        parts = _fill(text, lambda part: len(part.encode()), first, whole, can_fold=can_fold)
        return [f"=?utf-8?B?{b64encode(part.encode()).decode('ascii')}?=" for part in parts]
    if len(quoted) <= room:
        return [f"=?utf-8?Q?{quoted}?="]  # most readers' names, already written
    parts = _fill(text, lambda part: len(_q(part, unsafe)), room, _ROOM, can_fold=can_fold)
    return [f"=?utf-8?Q?{_q(part, unsafe)}?=" for part in parts]


def q_word(text: str, unsafe: re.Pattern[str], room: int) -> str:
    """`text` as one Q word of at most `room` characters; "" where `encoded_words` makes another."""
    quoted = _q(text, unsafe)
    if len(quoted) + _FRAME > min(LONGEST_WORD, room):
        return ""
    if len(quoted) > (len(text.encode()) + 2) // 3 * 4:
        return ""
    return f"=?utf-8?Q?{quoted}?="


def _q(text: str, unsafe: re.Pattern[str]) -> str:
    """RFC 2047 4.2."""
    parts = unsafe.split(text)
    parts[1::2] = map(hex_octets, parts[1::2])
    return "".join(parts).replace(" ", "_")


def _fill(
    text: str, width_of: Callable[[str], int], first: int, whole: int, *, can_fold: bool
) -> list[str]:
    """`text` in parts, split between clusters where a part can hold one, else between characters.

    `first` is what the first part holds and `whole` every other one. A word holds a whole number
    of characters (RFC 2047 5).
    """
    if width_of(text) <= first:
        return [text]
    parts: list[str] = []
    part, left = "", first
    for piece in _pieces(text, width_of, first, whole, can_fold=can_fold):
        width = width_of(piece)
        if width > left:
            if part:
                parts.append(part)
            part, left = "", whole
        part += piece
        left -= width
    return [*parts, part]


def _pieces(
    text: str, width_of: Callable[[str], int], first: int, whole: int, *, can_fold: bool
) -> Iterator[str]:
    limit = whole if can_fold else first
    for cluster in clusters(text):
        if width_of(cluster) <= limit:
            yield cluster
        else:
            yield from cluster
        limit = whole
