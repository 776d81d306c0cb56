"""Starting and stopping both halves of the sandbox: in a loop, in a thread, or as a process."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import uvicorn

from mailer.sandbox.errors import SandboxError
from mailer.sandbox.maildir import Maildir
from mailer.sandbox.pages import inbox
from mailer.sandbox.smtpd import SandboxSMTP

_PATIENCE = 10.0


class Sandbox:
    """A local SMTP server and its inbox page.

    Three ways to run it: `async with Sandbox(…)` in a running loop, `with Sandbox(…)` in a thread
    of its own, `Sandbox(…).serve()` as the whole process. Port 0 takes a free one; `smtp_port` and
    `http_port` say which, once it runs. Raises SandboxError when a port is taken.
    """

    def __init__(self, host: str, smtp_port: int, http_port: int, maildir: Path) -> None:
        self.host = host
        self.smtp_port = smtp_port
        self.http_port = http_port
        self.maildir = Maildir(maildir)
        self._talks: weakref.WeakSet[SandboxSMTP] = weakref.WeakSet()
        self._smtp: asyncio.Server
        self._http: _Pages
        self._serving: asyncio.Task[None]
        self._thread: _Thread

    @property
    def url(self) -> str:
        """Where the inbox page is."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.http_port}/"

    async def start(self) -> None:
        """Listens on both ports; what comes is served from now on."""
        loop = asyncio.get_running_loop()
        mail = _listen(self.host, self.smtp_port, "smtp")
        try:
            pages = _listen(self.host, self.http_port, "http")
        except SandboxError:
            mail.close()
            raise
        self.smtp_port, self.http_port = mail.getsockname()[1], pages.getsockname()[1]

        def talk() -> SandboxSMTP:
            talk = SandboxSMTP(self.maildir, loop)
            self._talks.add(talk)
            return talk

        self._smtp = await loop.create_server(talk, sock=mail)
        app = inbox(self.maildir, f"{self.host}:{self.smtp_port}")
        config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off")
        self._http = _Pages(config)
        self._serving = loop.create_task(self._http.serve(sockets=[pages]))

    async def stop(self) -> None:
        """Closes both ports and every connection; what was accepted is kept."""
        self._smtp.close()
        for talk in list(self._talks):
            if talk.transport is not None:
                talk.transport.close()
        self._http.should_exit = True
        self._http.force_exit = True
        await self._serving

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    def __enter__(self) -> Self:
        self._thread = _Thread(self)
        self._thread.begin()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._thread.end()

    def serve(self, ready: Callable[[Sandbox], None] | None = None) -> None:
        """Runs until SIGINT or SIGTERM; `ready` is called once both ports listen."""
        asyncio.run(self._serve(ready))

    async def _serve(self, ready: Callable[[Sandbox], None] | None) -> None:
        loop, told = asyncio.get_running_loop(), asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, told.set)
        async with self:
            if ready is not None:
                ready(self)
            await told.wait()


class _Pages(uvicorn.Server):
    """uvicorn, without a say in what signals mean."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves them to whoever runs the sandbox."""
        yield


class _Thread(threading.Thread):
    """A loop of its own for the sandbox, in the background."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(name="sandbox", daemon=True)
        self._sandbox = sandbox
        self._ready = threading.Event()
        self._error: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop
        self._told: asyncio.Event

    def begin(self) -> None:
        """Starts, and returns when both ports listen. Raises what starting raised."""
        self.start()
        self._ready.wait(_PATIENCE)
        if self._error is not None:
            self.join()
            raise self._error

    def end(self) -> None:
        """Stops, and returns when both ports are closed."""
        self._loop.call_soon_threadsafe(self._told.set)
        self.join(_PATIENCE)

    def run(self) -> None:
        """The thread's own work."""
        try:
            asyncio.run(self._main())
        except BaseException as error:  # noqa: BLE001 - raised again where the thread was started
            self._error = error
        finally:
            self._ready.set()

    async def _main(self) -> None:
        self._loop, self._told = asyncio.get_running_loop(), asyncio.Event()
        async with self._sandbox:
            self._ready.set()
            await self._told.wait()


def _listen(host: str, port: int, what: str) -> socket.socket:
    """A bound socket, so that the real port is known before anything is served."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, because asyncio sets TCP_NODELAY only on what says so; without it every group
    # of answers waits for the client's delayed acknowledgement.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise SandboxError(
            f"the sandbox cannot listen on {host}:{port} ({what}): {error.strerror}",
            mend="is another one running? Give another port, or 0 for a free one",
        ) from error
    return listening
