"""A character's octets as «=XX», which quoted-printable bodies and Q words have in common."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=4096)
def hex_octets(character: str) -> str:
    """«é» is «=C3=A9»: upper-case hex (RFC 2045 6.7 (1), RFC 2047 4.2 (1)) of UTF-8.

    Raises UnicodeEncodeError for half a surrogate pair.
    """
    return "".join(f"={octet:02X}" for octet in character.encode())
