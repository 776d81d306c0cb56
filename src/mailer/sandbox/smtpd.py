"""The SMTP side: aiosmtpd, which takes contents line by line, taught to take them whole."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from aiosmtpd.smtp import SMTP, Envelope, Session

from mailer.sandbox.maildir import Maildir

_SIZE: Final = 64 * 1024 * 1024
_END: Final = b".\r\n"
_OFFERS: Final = ("250-PIPELINING", "250-ENHANCEDSTATUSCODES")  # RFC 2920, RFC 2034
# RFC 2034 4: with these codes offered, refusals have one too; aiosmtpd's own do not
_CLASSES: Final = {"500": "5.5.2", "501": "5.5.4", "502": "5.5.1", "503": "5.5.1", "555": "5.5.4"}


class Keeper:
    """aiosmtpd's handler: says yes to everything and keeps it."""

    def __init__(self, maildir: Maildir) -> None:
        self._maildir = maildir

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, lines: list[str]
    ) -> list[str]:
        """Adds what aiosmtpd can do and does not announce."""
        session.host_name = hostname
        return [*lines[:-1], *_OFFERS, lines[-1]]

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Any sender will do."""
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Ok"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Any recipient too."""
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Ok"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Kept first, then accepted: a message that was answered 250 is there."""
        content = envelope.original_content or b""
        try:
            name = self._maildir.keep(envelope.mail_from or "", envelope.rcpt_tos, content)
        except OSError as error:
            return f"452 4.3.1 Cannot keep it: {error.strerror}"
        return f"250 2.0.0 Ok: kept as {name}"

    async def handle_RSET(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Says so with an enhanced code."""
        return "250 2.0.0 Ok"

    async def handle_NOOP(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, argument: str
    ) -> str:
        """Says so with an enhanced code."""
        return "250 2.0.0 Ok"

    async def handle_QUIT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Says so with an enhanced code."""
        return "221 2.0.0 Bye"


class SandboxSMTP(SMTP):
    """One connection.

    aiosmtpd reads a content line by line, and logs each: 100 kB cost it 10 ms. This one reads up
    to what may be the end.
    """

    line_length_limit = _SIZE  # what the reader may hold; lines themselves are not our concern

    def __init__(self, maildir: Maildir, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(
            Keeper(maildir),
            data_size_limit=_SIZE,
            enable_SMTPUTF8=True,
            hostname="sandbox.localhost",
            ident="mailer sandbox",
            loop=loop,
        )

    async def push(self, status: Any) -> None:
        """As the original, with an enhanced code in every refusal."""
        if isinstance(status, str) and status[:1] in "45" and status[5:6] != ".":
            code = _CLASSES.get(status[:3], f"{status[0]}.0.0")
            status = f"{status[:3]} {code} {status[4:]}"
        await super().push(status)

    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802
        """DATA and the content behind it (RFC 5321 4.1.1.4)."""
        if await self.check_helo_needed():
            return
        envelope = self.envelope
        assert envelope is not None
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
        elif not envelope.rcpt_tos:
            await self.push("503 5.5.1 Error: need RCPT command")
        else:
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            content = await self._content()
            if content is None:
                status: Any = "552 5.3.4 Error: too much mail data"
            else:
                envelope.content = envelope.original_content = content
                status = await self._call_handler_hook("DATA")
            self.envelope = self._create_envelope()
            await self.push(status)

    async def _content(self) -> bytes | None:
        """Everything up to the final dot, dots unstuffed (4.5.2); None when it is too much."""
        got = bytearray()
        fits = True
        while got != _END and not got.endswith(b"\r\n.\r\n"):
            try:
                got += await self._reader.readuntil(_END)
            except asyncio.LimitOverrunError as overrun:
                got += await self._reader.read(overrun.consumed)
            if len(got) > _SIZE:
                fits = False
                del got[:-5]
        if not fits:
            return None
        body = bytes(got[: -len(_END)])
        return body.removeprefix(b".").replace(b"\r\n.", b"\r\n")
