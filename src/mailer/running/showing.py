"""A page for whoever sits at this machine, until Ctrl-C: nobody else can ask for it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable
from typing import Any

from mailer.running.pages import PortTakenError, listen, server_of, url_of

HERE = "127.0.0.1"
# Whoever looks on holds a connection open that only the end of the server ends.
PATIENCE_SECONDS = 1


def show(app: Any, port: int | None, usual: int, ready: Callable[[str], None]) -> None:
    """Serve the application until SIGINT or SIGTERM; `ready` gets its address.

    Without a `port` the usual one, or a free one where that is taken. Raises PortTakenError.
    """
    asyncio.run(_show(app, _listening(port, usual), ready))


def _listening(port: int | None, usual: int) -> socket.socket:
    if port is not None:
        return listen(HERE, port, what="the preview", key="--port")
    with contextlib.suppress(PortTakenError):
        return listen(HERE, usual)
    return listen(HERE, 0)


async def _show(app: Any, listening: socket.socket, ready: Callable[[str], None]) -> None:
    server = server_of(app, patience=PATIENCE_SECONDS)
    stopping, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    ready(url_of(listening))
    await stopping.wait()
    server.should_exit = True
    await serving
