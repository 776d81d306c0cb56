"""The reader pages and the outbox in one process, until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable

from mailer.delivery import Dispatch
from mailer.running.pages import listen, port_of, server_of, url_of
from mailer.running.posting import keep_posting, keep_signing_up
from mailer.web import Site, create_app


def serve(
    dispatch: Dispatch, *, port: int | None = None, ready: Callable[[str], None] | None = None
) -> None:
    """Serve until SIGINT or SIGTERM; `ready` gets the address once it is listened on."""
    asyncio.run(_serve(dispatch, port, ready))


async def _serve(dispatch: Dispatch, port: int | None, ready: Callable[[str], None] | None) -> None:
    workspace = dispatch.workspace
    listening = listen(workspace.settings.site.listen, port_of(workspace, port))
    pages = Site(workspace, dispatch.store, dispatch.keys, dispatch.clock)
    server = server_of(create_app(pages))
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(keep_signing_up(pages, stopping))
        tasks.create_task(keep_posting(dispatch, stopping))
        tasks.create_task(server.serve(sockets=[listening]))
        if ready is not None:
            ready(url_of(listening))
        await stopping.wait()
        server.should_exit = True
