"""A wire as long as we like: passes on what comes on a port, in both directions, after a while.

A process of its own (python -m benchmarks.delaying PORT TO SECONDS), so that what it costs is not
taken for ours.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections import deque


class Delayed(asyncio.Protocol):
    """One end of a connection; what it hears, the other end says later."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.transport: asyncio.Transport | None = None
        self.other: Delayed | None = None
        self._on_its_way: deque[bytes] = deque()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._on_its_way.append(data)
        asyncio.get_running_loop().call_later(self.seconds, self._pass_on)

    def connection_lost(self, exc: Exception | None) -> None:
        asyncio.get_running_loop().call_later(self.seconds, self._close_other)

    def _pass_on(self) -> None:
        assert self.other is not None
        assert self.other.transport is not None
        self.other.transport.write(self._on_its_way.popleft())

    def _close_other(self) -> None:
        if self.other is not None and self.other.transport is not None:
            self.other.transport.close()


class Door(Delayed):
    """The end that clients reach: it opens the other one."""

    def __init__(self, seconds: float, to: int) -> None:
        super().__init__(seconds)
        self._to = to
        self._opening: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._opening = asyncio.ensure_future(self._open())

    async def _open(self) -> None:
        beyond = Delayed(self.seconds)
        beyond.other = self
        await asyncio.get_running_loop().create_connection(lambda: beyond, "127.0.0.1", self._to)
        self.other = beyond


async def main(port: int, to: int, seconds: float) -> None:
    """Serve until terminated."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Door(seconds, to), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
