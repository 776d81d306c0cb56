"""A source file as text: its bytes checked, its line ends made one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from mailer.content.errors import ContentError, Faults
from mailer.errors import Where

_MOST_BYTES: Final = 1_000_000
# Private-use characters mark personal fields in what we emit, so none may come in; control
# characters have no place in a mail (RFC 5322 2.2, HTML 4.2) and hide what they do.
_FOREIGN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff]")


def foreign(text: str) -> str:
    """The first character in a text that cannot be sent, by its code point; empty if there is none.

    Escapes (`&#xE000;` in Markdown, `"\\uE000"` in front matter) are judged once they are read.
    """
    found = _FOREIGN.search(text)
    return f"U+{ord(found.group()):04X}" if found else ""


def read_bytes(file: Path) -> bytes:
    """The file's bytes; raises ContentError where there is no readable file."""
    try:
        return file.read_bytes()
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise ContentError(f"cannot be read: {reason}", where=Where(file)) from None


def decode(data: bytes, faults: Faults) -> str:
    """UTF-8 text with plain line ends; raises ContentError where it is none, notes odd signs."""
    where = faults.file
    if len(data) > _MOST_BYTES:
        raise ContentError(
            f"{len(data):,} bytes are too many for a letter",
            where=Where(where),
            mend="put pictures beside the issue, not into it",
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ContentError(
            "this is not UTF-8 text", where=Where(where, line), mend="save the file as UTF-8"
        ) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for number, line_text in enumerate(text.split("\n"), start=1):
        if sign := foreign(line_text):
            faults.add(number, f"the character {sign} cannot be sent", "remove it")
    return text
