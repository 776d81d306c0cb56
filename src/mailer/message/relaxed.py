"""Header fields and bodies in the form that DKIM hashes: relaxed (RFC 6376 3.4.2, 3.4.4)."""

from __future__ import annotations

import re
from binascii import b2a_base64
from hashlib import sha256

_SPACES = re.compile(rb" {2,}")


def relaxed_fields(head: bytes) -> list[tuple[bytes, bytes]]:
    """Each field of a header block, in its order: its name in lower case, and its relaxed form.

    Unfolded, runs of white space made one space, none at the value's ends, CRLF after it
    (RFC 6376 3.4.2). `head` is whole fields, each with its CRLF.
    """
    flat = head.replace(b"\t", b" ").replace(b"\r\n ", b" ")
    if b"  " in flat:
        flat = _SPACES.sub(b" ", flat)
    fields = []
    for line in flat.split(b"\r\n"):
        if line:
            name, _, value = line.partition(b":")
            name = name.strip().lower()
            fields.append((name, b"%b:%b\r\n" % (name, value.strip())))
    return fields


class BodyHash:
    """Hashes bodies that begin alike: what they share is hashed once, its state is copied.

    The bodies are relaxed as they stand: no white space before a line's end or beside another, no
    empty line at the end, CRLF last. Bodies of this room are.
    """

    __slots__ = ("_length", "_state")

    def __init__(self, start: bytes = b"") -> None:
        self._state = sha256(start)
        self._length = len(start)

    def of(self, body: bytes) -> bytes:
        """What bh= says of a whole body, which begins with `start`, in base64."""
        state = self._state.copy()
        state.update(memoryview(body)[self._length :])
        return b2a_base64(state.digest(), newline=False)
