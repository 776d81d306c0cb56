"""Body text as quoted-printable, in pieces that can be joined in any order.

Every piece is whole physical lines: it begins at a line's start and ends in CRLF, a hard break
where the text ended in LF and a soft one («=» CRLF) elsewhere. So what is true of each piece is
true of every message joined from them, and the fixed parts of an issue are encoded only once.

Lines hold to more than RFC 2045 asks. None begins with «.» or «From » (RFC 2049 3), so that SMTP
has no dots to stuff (RFC 5321 4.5.2) and no mailbox has a «From» to quote. None has a tab, two
spaces in a row or a space before its end, so that DKIM's relaxed body is the body as it stands
(RFC 6376 3.4.4).
"""

from __future__ import annotations

import re

from mailer.errors import Where
from mailer.message.errors import BodyError
from mailer.message.octets import hex_octets

SOFT_BREAK = "=\r\n"
_HARD_WIDTH = 76  # RFC 2045 6.7 (5), without the CRLF
_SOFT_WIDTH = 75  # the same, and room for the «=»

# All but printable ASCII, spaces and line breaks; and «=» (RFC 2045 6.7 (2)).
_UNSAFE = re.compile(r"([^\n -<>-~])")
# One physical line that needs nothing but its soft break.
_PLAIN = re.compile(r"(?!\.|From )[!-<>-~]++(?: [!-<>-~]++)*+").fullmatch
_REFUSED_IN_TEXT = re.compile("[\r\0\ud800-\udfff]")
_REFUSED_IN_VALUE = re.compile("[\n\r\0\ud800-\udfff]")
_CONTINUATION = "89AB"  # the first hex digit of a UTF-8 character's second to fourth octet


def check_text(text: str, *, where: Where | None = None) -> None:
    """Refuse what no body can carry as it is: CR, NUL, half a surrogate pair. Raises BodyError.

    Lines of a text end in LF; a CR beside or instead of it would not be the same text on the
    other side (RFC 2045 2.8, 6.7).
    """
    if found := _REFUSED_IN_TEXT.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise BodyError(
            f"{_character(found)} in line {line} of a message's text",
            where=where,
            mend="take it out, and end lines with a line feed alone",
        )


def encode_chunk(text: str) -> bytes:
    """Text of any length, with LF as its line break, as whole physical lines; "" is b"".

    Pieces joined in any order decode to their texts joined (RFC 2045 6.7). A character is never
    split over two lines. Raises BodyError for half a surrogate pair.
    """
    if not text:
        return b""
    lines = _escape(text).split("\n")
    open_end = lines.pop()
    wire: list[str] = []
    for line in lines:
        if len(line) > _HARD_WIDTH or line.startswith((".", "From ")):
            line = _break(line, wire, _HARD_WIDTH)
        wire.append(line + "\r\n")
    if open_end:
        if len(open_end) > _SOFT_WIDTH or open_end.startswith((".", "From ")):
            open_end = _break(open_end, wire, _SOFT_WIDTH)
        wire.append(open_end + SOFT_BREAK)
    return "".join(wire).encode("ascii")


def encode_value(text: str) -> bytes:
    """One value put in for one reader, as `encode_chunk` gives it, at the speed of a short one.

    A value is a single line: LF, CR and NUL are refused, so that no value writes lines of its
    own. Raises BodyError.
    """
    if len(text) <= _SOFT_WIDTH and _PLAIN(text):
        return (text + SOFT_BREAK).encode("ascii")
    if found := _REFUSED_IN_VALUE.search(text):
        raise BodyError(f"{_character(found)} in a reader's value", mend="take it out")
    return encode_chunk(text)


def _escape(text: str) -> str:
    """Each octet that may not stand for itself as «=XX», line breaks left as they are."""
    parts = _UNSAFE.split(text)
    if len(parts) > 1:
        try:
            parts[1::2] = map(hex_octets, parts[1::2])
        except UnicodeEncodeError:
            raise BodyError(
                "half a surrogate pair in a message's text", mend="take it out"
            ) from None
    return _guard_spaces("".join(parts))


def _guard_spaces(line: str) -> str:
    """No space beside another or before a line's end (RFC 2045 6.7 (3); RFC 6376 3.4.4)."""
    line = line.replace("  ", " =20").replace(" \n", "=20\n")
    return line[:-1] + "=20" if line.endswith(" ") else line


def _break(line: str, wire: list[str], width: int) -> str:
    """Soft-break an escaped line into `wire`; returns its last piece, at most `width` wide."""
    rest = _guard_start(line)
    while len(rest) > width:
        end = _place_to_break(rest)
        wire.append(rest[:end] + SOFT_BREAK)
        rest = _guard_start(rest[end:])
    return rest


def _guard_start(line: str) -> str:
    """«.» and «From » are encoded where a physical line begins with them (RFC 2049 3)."""
    if line.startswith("."):
        return "=2E" + line[1:]
    if line.startswith("From "):
        return "=46" + line[1:]
    return line


def _place_to_break(line: str) -> int:
    """The last place in reach that splits no «=XX», no character, and leaves no space behind."""
    end = _SOFT_WIDTH
    if line[end - 1] == "=":
        end -= 1
    elif line[end - 2] == "=":
        end -= 2
    while line[end] == "=" and line[end + 1] in _CONTINUATION:
        end -= 3
    return end - 1 if line[end - 1] == " " else end


def _character(found: re.Match[str]) -> str:
    return f"a character U+{ord(found[0]):04X}"
