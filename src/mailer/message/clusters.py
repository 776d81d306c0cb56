"""What a reader sees as one character, so that a header is not folded inside of it.

A short form of Unicode's extended grapheme clusters (UAX #29): marks, joiners, emoji with their
skin tones, flags and Hangul. A place it misses is still a place between two characters, which is
all that RFC 2047 5 asks for.
"""

from __future__ import annotations

import unicodedata

_JOINER = "\u200d"
_EXTENDING = {"Mn", "Me", "Mc"}


def clusters(text: str) -> list[str]:
    """`text` in pieces that belong together; joined, they are `text`."""
    found: list[str] = []
    for character in text:
        if found and _belongs(found[-1], character):
            found[-1] += character
        else:
            found.append(character)
    return found


def _belongs(cluster: str, character: str) -> bool:
    if character < "\u0300":
        return cluster[-1] == _JOINER and character > "\x7f"
    return (
        cluster[-1] == _JOINER  # UAX #29 GB11
        or character in {_JOINER, "\u200c"}  # GB9
        or unicodedata.category(character) in _EXTENDING  # GB9, GB9a
        or "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= character <= "\U000e007f"  # tags: the flags of Scotland, Wales
        or (_is_flag_letter(character) and len(cluster) == 1 and _is_flag_letter(cluster))  # GB12
        or (_is_hangul(character) and _is_hangul_start(cluster[-1], character))  # GB6 to GB8
    )


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _is_hangul(character: str) -> bool:
    return "\u1100" <= character <= "\u11ff" or "\uac00" <= character <= "\ud7fb"


def _is_hangul_start(before: str, character: str) -> bool:
    """Vowels and finals follow any Hangul; syllables and initials only an initial."""
    if "\u1160" <= character <= "\u11ff" or character >= "\ud7b0":
        return _is_hangul(before)
    return "\u1100" <= before <= "\u115f"
