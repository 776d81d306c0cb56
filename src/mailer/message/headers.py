"""Header fields whose value is text, a list of URIs, or words of the protocol."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime

from mailer.message.encoded_words import LONGEST_LINE, UNSAFE_IN_TEXT
from mailer.message.errors import HeaderError
from mailer.message.folding import LINE_WIDTH, Field, add_encoded, field_start, refuse_breaks

# Ends the header fields and begins the body; a body hash starts after it (RFC 6376 3.4.4).
END_OF_HEADERS = b"\r\n"

_WORDS = re.compile(r"[!-~]++(?: [!-~]++)*+").fullmatch
# RFC 3986 2, 3: printable ASCII but <>"\^`{|}, and no comma, which parts two URIs (RFC 2369 2).
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!#-+\--;=?-\[\]_a-z~]+").fullmatch


def header(name: str, value: str) -> bytes:
    """A field of free text, such as Subject, that decodes to exactly `value`.

    ASCII stays readable and is folded at 78; from the first word that needs it to the last, words
    are encoded (RFC 2047 2, 5 (1)). Raises HeaderError for CR, LF, NUL or a name that is none.
    """
    if len(name) + 2 + len(value) <= LINE_WIDTH and _stands_as_it_is(value):
        return f"{field_start(name)} {value}\r\n".encode("ascii")
    refuse_breaks(name, value)
    if not value:
        return f"{field_start(name)}\r\n".encode("ascii")
    words = value.split(" ")
    first, end = _stretch_to_encode(words, Field(name, encoded=True).widest)
    field = Field(name, encoded=first < end)
    for word in words[:first]:
        field.add(word)
    if first < end:
        add_encoded(field, " ".join(words[first:end]), UNSAFE_IN_TEXT)
    for word in words[end:]:
        field.add(word)
    return field.wire()


def plain_header(name: str, value: str) -> bytes:
    """A structured field of ASCII words, such as Feedback-ID: folded at spaces, never encoded.

    Raises HeaderError for anything but printable ASCII with single spaces between words.
    """
    if not _WORDS(value):
        refuse_breaks(name, value)
        raise HeaderError(f"{name} holds ASCII words with one space between them, not {value!r}")
    if len(name) + 2 + len(value) <= LINE_WIDTH:
        return f"{field_start(name)} {value}\r\n".encode("ascii")
    field = Field(name)
    for word in value.split(" "):
        field.add(word)
    return field.wire()


def uri_header(name: str, uris: Sequence[str]) -> bytes:
    """A List-* field: URIs in angle brackets, the preferred one first (RFC 2369 2).

    Raises HeaderError for an empty list and for what is not an absolute URI in ASCII.
    """
    for uri in uris:
        if not _URI(uri):
            refuse_breaks(name, uri)
            raise HeaderError(f"{uri!r} is not a URI that {name} can hold")
    return plain_header(name, ", ".join(f"<{uri}>" for uri in uris))


def date_header(when: datetime) -> bytes:
    """The Date field, in UTC (RFC 5322 3.3, 3.6.1); raises HeaderError for a time without zone."""
    if when.tzinfo is None:
        raise HeaderError("a message's date has no time zone")
    if when.year < 1900:  # RFC 5322 3.3
        raise HeaderError(f"a message cannot be dated {when.year}")
    return f"Date: {format_datetime(when.astimezone(UTC))}\r\n".encode("ascii")


def _stands_as_it_is(text: str) -> bool:
    """ASCII words, and none that a decoder would take for an encoded one."""
    return _WORDS(text) is not None and "=?" not in text


def _stretch_to_encode(words: list[str], widest_first: int) -> tuple[int, int]:
    """From which word up to, not including, which one the text has to be encoded.

    An empty word is a space at an end or a second one in a row: it takes its neighbours along,
    because encoded words hold at least one character (RFC 2047 2).
    """
    odd = [
        at
        for at, word in enumerate(words)
        if len(word) > (LONGEST_LINE - 1 if at else widest_first) or not _stands_as_it_is(word)
    ]
    if not odd:
        return len(words), len(words)
    first = odd[0] if words[odd[0]] else max(0, odd[0] - 1)
    last = odd[-1] if words[odd[-1]] else min(len(words) - 1, odd[-1] + 1)
    return first, last + 1
