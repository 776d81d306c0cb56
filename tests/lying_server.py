"""A scripted SMTP server for tests: honest until told otherwise, then it lies, hangs or hangs up.

    async with LyingServer(answer) as server:      # server.port, server.kept, server.heard
        ...

`answer(question)` is asked for every command and every content, and returns what to do: a reply
as text or bytes (sent as it is, CRLF added to text), None for the honest answer, or one of HANG,
CLOSE, RESET. A tuple is done in order. `script=` instead takes over a whole connection.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum, auto
from types import TracebackType
from typing import Self, cast


class Do(Enum):
    """What a server may do instead of answering."""

    HANG = auto()
    CLOSE = auto()
    RESET = auto()


HANG, CLOSE, RESET = Do.HANG, Do.CLOSE, Do.RESET
Say = str | bytes | Do
Answer = Say | tuple[Say, ...] | None


@dataclass(frozen=True, slots=True)
class Question:
    """One command, or a content (verb "."), as the server heard it; numbers count from 1."""

    verb: str  # GREETING, EHLO, MAIL, RCPT, DATA, ".", RSET, QUIT, …
    line: str  # the whole line without CRLF; "" for a content
    content: bytes
    nth: int  # how many of this verb so far, over all connections
    connection: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A message the server took over (it said 2xx to it, or meant to)."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


@dataclass(slots=True)
class _Transaction:
    sender: str | None = None
    recipients: list[str] = field(default_factory=list)


PIPELINING = ("PIPELINING", "ENHANCEDSTATUSCODES", "SIZE 10000000", "8BITMIME")


class LyingServer:
    """Listens on loopback, on a free port unless told; `offers` answer EHLO, a line each."""

    def __init__(
        self,
        answer: Callable[[Question], Answer] | None = None,
        *,
        offers: Iterable[str] = PIPELINING,
        tls: ssl.SSLContext | None = None,
        starttls: ssl.SSLContext | None = None,
        script: Callable[[Talk], Awaitable[None]] | None = None,
        listen_on: int = 0,
    ) -> None:
        self._answer = answer or (lambda question: None)
        self.offers = tuple(offers)
        self._tls = tls
        self._listen_on = listen_on
        self.starttls = starttls
        self._script = script or self._serve
        self.kept: list[Kept] = []
        self.heard: list[str] = []  # every command line, in order
        self.connections = 0
        self._counts: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.sockets[0].getsockname()[1])

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._connected, "127.0.0.1", self._listen_on, ssl=self._tls, limit=1 << 26
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.ensure_future(self._run(Talk(self, reader, writer, self.connections)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, talk: Talk) -> None:
        try:
            await self._script(talk)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass  # the client has gone, which is its right
        finally:
            talk.close()

    def ask(self, talk: Talk, verb: str, line: str = "", content: bytes = b"") -> Answer:
        """What the test wants said now."""
        self._counts[verb] = nth = self._counts.get(verb, 0) + 1
        if line:
            self.heard.append(line)
        return self._answer(Question(verb, line, content, nth, talk.number))

    async def _serve(self, talk: Talk) -> None:
        """An honest session, but for what `answer` says."""
        await talk.do(self.ask(talk, "GREETING"), "220 lying.example ESMTP")
        transaction = _Transaction()
        while not talk.closed:
            line = await talk.line()
            verb = line.split(" ", 1)[0].upper()
            wish = self.ask(talk, verb, line)
            honest = self._honest(verb, line, transaction, secure=talk.secure)
            said = await talk.do(wish, honest)
            if verb == "MAIL" and said.startswith("2"):
                transaction = _Transaction(_path(line))
            elif verb == "RCPT" and said.startswith("2"):
                transaction.recipients.append(_path(line))
            elif verb == "RSET":
                transaction = _Transaction()
            elif verb == "DATA" and said.startswith("3"):
                await self._take_content(talk, transaction)
                transaction = _Transaction()
            elif verb == "STARTTLS" and said.startswith("2") and self.starttls is not None:
                await talk.secure_with(self.starttls)
            elif verb == "QUIT":
                return

    async def _take_content(self, talk: Talk, transaction: _Transaction) -> None:
        content = await talk.content()
        wish = self.ask(talk, ".", content=content)
        known = bool(transaction.recipients)
        honest = "250 2.0.0 Ok: kept" if known else "554 5.5.1 Error: no valid recipients"
        words = wish if isinstance(wish, str) else ""
        if known and (wish is None or words.startswith("2") or _drops(wish)):
            kept = Kept(transaction.sender or "", tuple(transaction.recipients), content)
            self.kept.append(kept)
        await talk.do(wish, honest)

    def _honest(self, verb: str, line: str, now: _Transaction, *, secure: bool) -> str:
        match verb:
            case "EHLO":
                offers = list(self.offers)
                if self.starttls is not None and not secure:
                    offers.append("STARTTLS")
                lines = ["lying.example", *offers]
                marks = ["-"] * (len(lines) - 1) + [" "]
                return "\r\n".join(f"250{m}{line}" for m, line in zip(marks, lines, strict=True))
            case "HELO":
                return "250 lying.example"
            case "MAIL":
                return "503 5.5.1 Error: nested MAIL" if now.sender is not None else "250 2.1.0 Ok"
            case "RCPT":
                return "250 2.1.5 Ok" if now.sender is not None else "503 5.5.1 Error: need MAIL"
            case "DATA":
                return (
                    "354 End data with <CR><LF>.<CR><LF>"
                    if now.recipients
                    else ("554 5.5.1 Error: no valid recipients")
                )
            case "STARTTLS":
                return "220 2.0.0 Ready" if self.starttls else "502 5.5.1 Not here"
            case "RSET" | "NOOP":
                return "250 2.0.0 Ok"
            case "QUIT":
                return "221 2.0.0 Bye"
            case _:
                return "502 5.5.2 Error: command not recognized"


def _drops(wish: Answer) -> bool:
    """Whether the server keeps the message and yet never says so: the doubt of RFC 1047."""
    return wish in (CLOSE, RESET, HANG)


def _path(line: str) -> str:
    return line.partition("<")[2].partition(">")[0]


class Talk:
    """One connection, from the server's side."""

    def __init__(
        self,
        server: LyingServer,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        number: int,
    ) -> None:
        self.server = server
        self.reader = reader
        self.writer = writer
        self.number = number
        self.closed = False

    @property
    def secure(self) -> bool:
        """Whether the connection is encrypted."""
        return self.writer.get_extra_info("sslcontext") is not None

    async def line(self) -> str:
        """The next command line without its CRLF."""
        data = await self.reader.readuntil(b"\r\n")
        return data[:-2].decode("utf-8", "surrogateescape")

    async def content(self) -> bytes:
        """A content up to its final dot, dots unstuffed."""
        got = bytearray()
        while not (got == b".\r\n" or got.endswith(b"\r\n.\r\n")):
            got += await self.reader.readuntil(b".\r\n")
        return bytes(got[:-3]).replace(b"\r\n..", b"\r\n.")

    async def say(self, words: str | bytes) -> None:
        """Text gets its CRLF; bytes go out as they are."""
        self.writer.write(words if isinstance(words, bytes) else words.encode() + b"\r\n")
        await self.writer.drain()

    async def do(self, wish: Answer, honest: str) -> str:
        """Does as the test wishes, else what is honest; returns the code that was given."""
        said = ""
        for step in wish if isinstance(wish, tuple) else (wish,):
            match step:
                case Do.HANG:
                    await asyncio.Event().wait()
                case Do.CLOSE:
                    self.close()
                case Do.RESET:
                    self.reset()
                case None:
                    said = said or honest[:3]
                    await self.say(honest)
                case _:
                    said = said or (step if isinstance(step, str) else step.decode("latin-1"))[:3]
                    await self.say(step)
        return said

    def stop_reading(self) -> None:
        """Goes deaf: the client's bytes pile up in the kernels, and then with the client."""
        cast("asyncio.ReadTransport", self.writer.transport).pause_reading()

    async def secure_with(self, context: ssl.SSLContext) -> None:
        """The server's side of STARTTLS."""
        await self.writer.start_tls(context)

    def close(self) -> None:
        """Closes as servers do, after what was said has left."""
        self.closed = True
        self.writer.close()

    def reset(self) -> None:
        """Breaks the connection: whatever is on its way is lost."""
        self.closed = True
        connection = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


class Sink(asyncio.Protocol):
    """The cheapest honest server there is: counts messages, keeps nothing. For measuring."""

    messages = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._buffer = bytearray()
        self._in_content = False
        transport.write(b"220 sink.example ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer
        start = max(0, len(buffer) - 4)
        buffer += data
        out = []
        while True:
            end = buffer.find(b"\r\n.\r\n" if self._in_content else b"\r\n", start)
            if end < 0:
                break
            if self._in_content:
                del buffer[: end + 5]
                self._in_content = False
                Sink.messages += 1
                out.append(b"250 2.0.0 Ok\r\n")
            else:
                verb = bytes(buffer[:4]).upper()
                del buffer[: end + 2]
                self._in_content = verb == b"DATA"
                out.append(_SINK_WORDS.get(verb, b"250 2.0.0 Ok\r\n"))
            start = 0
        self._transport.write(b"".join(out))


_SINK_WORDS = {
    b"EHLO": b"250-sink.example\r\n250-PIPELINING\r\n250 ENHANCEDSTATUSCODES\r\n",
    b"DATA": b"354 Go on\r\n",
    b"QUIT": b"221 2.0.0 Bye\r\n",
}
