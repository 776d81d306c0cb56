"""aiosmtplib, watched: every command gets one answer, and nothing comes between the commands.

aiosmtplib leaves a second answer in its buffer for the next command to find, and drops what comes
while nothing is asked. For us the first is a way to be lied to (CVE-2021-22947 when it happens
before TLS), the second a lost 421. So each byte passes a witness on its way to aiosmtplib.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

import aiosmtplib

from mailer.smtp.errors import RemoteError, TlsError
from mailer.smtp.replies import Reply, ReplyReader


class Witness(asyncio.Protocol):
    """Stands between the transport and aiosmtplib's protocol, and remembers what passed."""

    def __init__(self, inner: asyncio.Protocol, transport: asyncio.Transport) -> None:
        self._inner = inner
        self._transport = transport
        self._alone = False
        self.heard = b""

    def listen(self, *, alone: bool = False) -> None:
        """Forgets what passed; `alone`: one answer is due, and a byte more cuts the connection."""
        self.heard = b""
        self._alone = alone

    def split(self) -> tuple[Reply | None, bytes]:
        """The answer that passed, and what came behind it."""
        reader = ReplyReader()
        reader.feed(self.heard)
        return reader.next(), reader.rest

    def data_received(self, data: bytes) -> None:
        """Remembers, then hands on."""
        self.heard += data
        if self._alone and self._has_surplus():
            self._transport.abort()
        self._inner.data_received(data)

    def _has_surplus(self) -> bool:
        try:
            reply, rest = self.split()
        except RemoteError:
            return False  # aiosmtplib will say so
        return reply is not None and bool(rest)

    def eof_received(self) -> bool | None:
        """Hands on."""
        return self._inner.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Hands on."""
        self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        """Hands on."""
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Hands on."""
        self._inner.resume_writing()


class WitnessedClient(aiosmtplib.SMTP):
    """aiosmtplib's client, for the handshake only; its transport is then taken over."""

    _witness: Witness
    carrier: asyncio.Transport | None = None

    def call_witness(self) -> None:
        """From now on every byte is seen; to be called whenever the transport is a new one."""
        # uvloop's transports are asyncio.Transport in all but name
        self.carrier = cast("asyncio.Transport", self.transport)
        # aiosmtplib's protocol derives from BaseProtocol only, but has all of Protocol's methods
        inner: Any = self.protocol
        self._witness = Witness(inner, self.carrier)
        self.carrier.set_protocol(self._witness)

    @property
    def answer(self) -> Reply:
        """The server's answer to the last command. Raises RemoteError when there was none."""
        reply, _ = self._witness.split()
        if reply is None:
            raise RemoteError("the relay's answers are out of step with our commands")
        return reply

    @property
    def surplus(self) -> bytes:
        """What came behind the last answer."""
        return self._witness.split()[1]

    async def execute_command(self, *args: bytes, **options: Any) -> aiosmtplib.SMTPResponse:
        """As the original; raises RemoteError when answers and commands are out of step."""
        if self._witness.heard and self.surplus:
            raise RemoteError("the relay answers what nobody asked")
        self._witness.listen()
        response = await super().execute_command(*args, **options)
        code, words = _words(self.answer)
        if (code, words) != (response.code, response.message.replace("\n", "")):
            raise RemoteError("the relay's answers are out of step with our commands")
        return response

    async def starttls(self, **options: Any) -> aiosmtplib.SMTPResponse:
        """As the original; raises TlsError when clear text follows the answer (RFC 3207 4.2)."""
        if self.surplus:
            raise RemoteError("the relay answers what nobody asked")
        self._witness.listen(alone=True)
        try:
            response = await super().starttls(**options)
        except aiosmtplib.SMTPException:
            self._check_nothing_in_clear()
            raise
        self._check_nothing_in_clear()
        self.call_witness()
        return response

    def _check_nothing_in_clear(self) -> None:
        if self.surplus:
            raise TlsError(
                "clear text came behind the relay's answer to STARTTLS"
            )  # CVE-2021-22947


def _words(reply: Reply) -> tuple[int, str]:
    """As aiosmtplib reads a reply, line ends apart."""
    lines = (line.strip(b" \t\r\n") for line in reply.raw.split(b"\n"))
    return reply.code, b"".join(lines).decode("utf-8", "surrogateescape")
