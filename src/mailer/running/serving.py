"""The reader pages and the outbox in one process, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import uvicorn

from mailer.config import Workspace
from mailer.delivery import Dispatch
from mailer.errors import MailerError
from mailer.running.posting import keep_posting, keep_signing_up
from mailer.web import Site, create_app

DEFAULT_PORT = 8025
LAST_REQUESTS_SECONDS = 5


class PortTakenError(MailerError):
    """Somebody else listens where the pages should."""


def serve(
    dispatch: Dispatch, *, port: int | None = None, ready: Callable[[str], None] | None = None
) -> None:
    """Serve until SIGINT or SIGTERM; `ready` gets the address once it is listened on."""
    asyncio.run(_serve(dispatch, port, ready))


async def _serve(dispatch: Dispatch, port: int | None, ready: Callable[[str], None] | None) -> None:
    site = dispatch.workspace.settings.site
    listening = _listen(site.listen, port or site.port or _port_of(dispatch.workspace))
    pages = Site(dispatch.workspace, dispatch.store, dispatch.keys, dispatch.clock)
    # An access log would hold the tokens of links, and so who read what.
    config = uvicorn.Config(
        create_app(pages),
        log_config=None,
        access_log=False,
        lifespan="on",
        proxy_headers=False,  # whom we believe is site.trusted_proxies' word alone
        server_header=False,
        timeout_graceful_shutdown=LAST_REQUESTS_SECONDS,
    )
    server = _Pages(config)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(keep_signing_up(pages, stopping))
        tasks.create_task(keep_posting(dispatch, stopping))
        tasks.create_task(server.serve(sockets=[listening]))
        if ready is not None:
            ready("http://{}:{}".format(*listening.getsockname()[:2]))
        await stopping.wait()
        server.should_exit = True


class _Pages(uvicorn.Server):
    """uvicorn, without a say in what signals mean."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves them to us: the outbox must stop too."""
        yield


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as error:
        raise PortTakenError(
            f"the pages cannot listen on {host}:{port}: {error.strerror}",
            mend="stop what listens there, or choose another with --port or site.port",
        ) from None


def _port_of(workspace: Workspace) -> int:
    return urlsplit(workspace.settings.site.base_url).port or DEFAULT_PORT
