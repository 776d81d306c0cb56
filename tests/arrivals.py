"""A mail server, not ours, that keeps each message as it came off the wire."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread

from aiosmtpd.smtp import SMTP, Envelope


@dataclass
class Arrivals:
    """What has come, oldest first, and the port it came to."""

    wires: list[bytes] = field(default_factory=list)
    port: int = 0

    async def handle_DATA(  # noqa: N802  aiosmtpd's name for it
        self, server: object, session: object, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.original_content, bytes)
        self.wires.append(envelope.original_content)
        return "250 kept"


@contextmanager
def listening() -> Iterator[Arrivals]:
    """The server, on a port of loopback, in a thread of its own."""
    arrivals = Arrivals()
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def protocol() -> SMTP:
        return SMTP(arrivals, enable_SMTPUTF8=True, hostname="sink.example", loop=loop)

    opening = loop.create_server(protocol, "127.0.0.1", 0)
    server = asyncio.run_coroutine_threadsafe(opening, loop).result()
    arrivals.port = server.sockets[0].getsockname()[1]
    try:
        yield arrivals
    finally:
        loop.call_soon_threadsafe(server.close)
        asyncio.run_coroutine_threadsafe(server.wait_closed(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
