"""multipart/alternative: the fixed bytes around a text part and an HTML part."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from mailer.message.errors import HeaderError

_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=?-]{1,70}").fullmatch  # RFC 2046 5.1.1


@dataclass(frozen=True, slots=True)
class Alternative:
    """What stands around the two parts of a message, plain text first (RFC 2046 5.1.4).

    A message is: header fields, `headers`, END_OF_HEADERS, `opening`, the text part's pieces,
    `between`, the HTML part's pieces, `closing`. The line break before a delimiter belongs to the
    delimiter (RFC 2046 5.1.1), so a part decodes to its text exactly, with or without a line
    break at its end, and never ends in a soft break.
    """

    headers: bytes
    """MIME-Version and Content-Type."""
    opening: bytes
    """The body's first bytes, up to the text part's first line."""
    between: bytes
    closing: bytes


def boundary_for(seed: str) -> str:
    """A boundary no quoted-printable line can hold: «=» is never followed by «_» (RFC 2045 6.7).

    The same seed gives the same boundary, so the same mail is the same bytes.
    """
    return "=_" + hashlib.sha256(seed.encode()).hexdigest()[:32]


def multipart_alternative(boundary: str) -> Alternative:
    """The bytes around both parts; raises HeaderError for a boundary that text could hold."""
    if not _BOUNDARY(boundary) or "=_" not in boundary:
        raise HeaderError(f"{boundary!r} is not a boundary", mend="let it contain «=_»")
    return Alternative(
        headers=(
            "MIME-Version: 1.0\r\n"
            f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n'
        ).encode("ascii"),
        opening=_part(f"--{boundary}", "plain"),
        between=_part(f"\r\n--{boundary}", "html"),
        closing=f"\r\n--{boundary}--\r\n".encode("ascii"),
    )


def _part(delimiter: str, subtype: str) -> bytes:
    return (
        f"{delimiter}\r\n"
        f"Content-Type: text/{subtype}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "\r\n"
    ).encode("ascii")
