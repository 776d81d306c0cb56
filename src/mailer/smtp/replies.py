"""Bytes from the server -> replies: several lines, split anywhere, of bounded length."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from mailer.smtp.errors import RemoteError

# RFC 5321 4.5.3.1.5 allows 512 octets a line; servers exceed that, but not without bound.
MAX_LINE: Final = 4096
MAX_REPLY: Final = 32768

# RFC 5321 4.2: Reply-code = %x32-35 %x30-35 %x30-39; we take any last two digits (4.2.1).
_CODES: Final = {b"%03d" % code: code for code in range(200, 600)}
_ENHANCED: Final = re.compile(rb"([245]\.\d{1,3}\.\d{1,3})(?:[ \t]+|$)")  # RFC 3463 2


class Reply(NamedTuple):
    """One answer of the server: its code, and its text as it came, lines joined by LF.

    Codes and text are read only when somebody asks: three of four answers never are.
    """

    code: int
    raw: bytes = b""

    @property
    def enhanced(self) -> str:
        """The enhanced status code such as "5.1.1", or "" (RFC 2034 4, RFC 3463)."""
        found = _ENHANCED.match(self.raw)
        # RFC 2034 4: its class agrees with the reply's first digit, else it is just text.
        if found is None or found[1][0] != ord("0") + self.code // 100:
            return ""
        return found[1].decode("ascii")

    @property
    def text(self) -> str:
        """The server's words on one line, without the enhanced code, safe to print and to log."""
        code = self.enhanced.encode()
        lines = (line.removeprefix(code).strip() for line in self.raw.split(b"\n"))
        return _printable(b" ".join(lines))

    @property
    def lines(self) -> tuple[str, ...]:
        """The text of each line, as the answer to EHLO is read."""
        return tuple(line.decode("utf-8", "replace") for line in self.raw.split(b"\n"))

    def __str__(self) -> str:
        # One line of plain words is what nearly all are: it stands as it came.
        if self.raw.isascii() and (words := self.raw.decode("ascii")).isprintable():
            return f"{self.code} {words}".rstrip()
        return " ".join(word for word in (str(self.code), self.enhanced, self.text) if word)


class ReplyReader:
    """Takes bytes as packets bring them and hands out whole replies, one at a time."""

    __slots__ = ("_at", "_buffer")

    def __init__(self) -> None:
        self._buffer = b""
        self._at = 0

    def feed(self, data: bytes) -> None:
        """Adds what a packet brought."""
        rest = self._buffer[self._at :]
        self._buffer = rest + data if rest else data
        self._at = 0

    @property
    def rest(self) -> bytes:
        """What has come and is not yet handed out: further replies, or the start of one."""
        return self._buffer[self._at :]

    def next(self) -> Reply | None:
        """The next whole reply, or None until more bytes come.

        Raises RemoteError when what came can never become a reply.
        """
        texts: list[bytes] = []
        code = 0
        at = self._at
        while True:
            end = self._buffer.find(b"\n", at)
            if (end if end >= 0 else len(self._buffer)) - at > MAX_LINE:
                raise RemoteError("a line of the relay's answer is too long")
            if end < 0:
                return None
            line = self._buffer[at:end]
            at = end + 1
            reply, goes_on = _read(line)
            if code and code != reply.code:
                raise _no_reply(line)
            if not texts and not goes_on:
                self._at = at
                return reply
            code = reply.code
            texts.append(reply.raw)
            if not goes_on:
                break
            if at - self._at > MAX_REPLY:
                raise RemoteError("the relay's answer has too many lines")
        self._at = at
        return Reply(code, b"\n".join(texts))


@lru_cache(maxsize=64)  # a relay says the same to nearly every MAIL, RCPT and DATA
def _read(line: bytes) -> tuple[Reply, bool]:
    """One line as a reply, and whether the next goes on with it; raises RemoteError."""
    line = line.rstrip(b"\r")
    code, mark = line[:3], line[3:4]
    # RFC 5321 4.2.1: «250-» goes on, «250 » or a bare «250» ends; one code on all lines.
    if code not in _CODES or mark not in (b" ", b"-", b""):
        raise _no_reply(line)
    return Reply(_CODES[code], line[4:]), mark == b"-"


def _no_reply(line: bytes) -> RemoteError:
    return RemoteError(f"the relay's answer is no SMTP reply: {_shown(line)}")


def _shown(line: bytes) -> str:
    """A hostile line, short and harmless enough to stand in an error."""
    return _printable(line[:80])


def _printable(text: bytes) -> str:
    """Without what would move a cursor, turn a line around or end it."""
    words = text.decode("utf-8", "replace")
    return "".join(sign if sign.isprintable() else " " for sign in words).strip()
