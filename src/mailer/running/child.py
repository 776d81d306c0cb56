"""One child process of the service: what it works with, how it hears of the end, its reports."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import structlog

from mailer.clock import Clock, Rehearsal, utc_now
from mailer.config import Workspace
from mailer.delivery import Dispatch, run
from mailer.errors import MailerError
from mailer.keys import load_keys
from mailer.running.logs import set_up_logs
from mailer.store import Store

FAILED = 1

log = structlog.get_logger("service")


@dataclass(frozen=True, slots=True)
class Setup:
    """What every process of the service is told."""

    file: Path
    """config.toml."""
    rehearsal: Rehearsal | None = None

    @property
    def clock(self) -> Clock:
        """The service's clock: the machine's, but for a rehearsal."""
        return self.rehearsal or utc_now


@dataclass(frozen=True, slots=True)
class Ready:
    """The child does its work."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What a child did since it last said so: counts by metric and label, of nobody in person."""

    counts: Mapping[tuple[str, str], int] = field(default_factory=dict)


class Child:
    """A child's side of the wire to its parent."""

    def __init__(self, setup: Setup, dispatch: Dispatch, wire: Connection) -> None:
        self.rehearsal = setup.rehearsal
        self.dispatch = dispatch
        self.stopping = asyncio.Event()
        self._wire = wire

    def ready(self) -> None:
        """Tell that the work has begun."""
        self._say(Ready())

    def report(self, counts: Mapping[tuple[str, str], int]) -> None:
        """Tell what was done since the last report."""
        told = {key: count for key, count in counts.items() if count}
        if told:
            self._say(Progress(told))

    def machine_time(self, span: timedelta) -> timedelta:
        """How long a span of the service's clock takes on this machine."""
        return self.rehearsal.machine_time(span) if self.rehearsal else span

    async def rest(self, seconds: float) -> None:
        """Wait so long, or until told to stop."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.stopping.wait()

    def listen(self) -> None:
        """Stop on SIGTERM, on Ctrl-C, and when nobody is left at the wire's other end."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.stopping.set)
        loop.add_reader(self._wire.fileno(), self._orphaned)

    def _orphaned(self) -> None:
        # Our parent never writes: what can be read is its end.
        asyncio.get_running_loop().remove_reader(self._wire.fileno())
        self.stopping.set()

    def _say(self, report: Ready | Progress) -> None:
        with contextlib.suppress(OSError):  # who is not there any more need not know
            self._wire.send(report)


Life = Callable[[Child], Awaitable[None]]


def live(life: Life, name: str, setup: Setup, wire: Connection) -> None:
    """A child process from its beginning to its end; exits 1 where it could not go on."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    set_up_logs()
    structlog.contextvars.bind_contextvars(part=name)
    store: Store | None = None
    try:
        workspace = Workspace.open(setup.file)
        store = Store(workspace.store_url)
        dispatch = Dispatch(workspace, store, load_keys(workspace.keys), setup.clock)
        run(_live(life, setup, dispatch, wire))
    except KeyboardInterrupt:
        pass  # told to stop before it had begun
    except MailerError as error:
        log.error("cannot go on", why=error.what, mend=error.mend)
        sys.exit(FAILED)
    except Exception:  # the last door of a process: the log is where its fault can be read
        log.exception("a fault of the mailer's own")
        sys.exit(FAILED)
    finally:
        if store is not None:
            store.close()


async def _live(life: Life, setup: Setup, dispatch: Dispatch, wire: Connection) -> None:
    child = Child(setup, dispatch, wire)
    child.listen()
    await life(child)
