"""Several worker processes for one campaign, and the coordinator that watches them.

The database gives each batch to one worker; all they share is that. A worker that dies leaves its
journal, which the coordinator reads back before it starts another in its place.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from mailer.clock import utc_now
from mailer.config import Workspace
from mailer.delivery.batches import has_waiting
from mailer.delivery.dispatching import Dispatch
from mailer.delivery.loop import run
from mailer.delivery.routes import routes_of
from mailer.delivery.tally import Tally
from mailer.delivery.worker import Worker
from mailer.errors import MailerError
from mailer.keys import load_keys
from mailer.store import Store

REPORT_SECONDS = 0.25
# A worker that dies again and again is started again ever later, and then no more.
MOST_RESTARTS = 25
LONGEST_RESTART_PAUSE = 5.0


class WorkerFailedError(MailerError):
    """A worker process could not go on."""


@dataclass(slots=True)
class Member:
    """One worker process, as the coordinator knows it."""

    index: int
    process: BaseProcess
    wire: Connection
    tally: Tally = field(default_factory=Tally)
    is_done: bool = False
    failure: MailerError | None = None


class Crew:
    """The worker processes of one campaign."""

    def __init__(self, dispatch: Dispatch, campaign_id: int, workers: int, list_key: str) -> None:
        self._dispatch, self._campaign_id = dispatch, campaign_id
        connections = max(route.connections for route in routes_of(dispatch.workspace, list_key))
        # A worker without a connection would have nothing to do.
        self._size = min(workers, connections)
        # Workers are forked from a process that has imported everything and begun nothing.
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([__name__])
        self._members: list[Member] = []
        self._before = Tally()
        self._restarts = 0
        self._stopping = False

    @property
    def tally(self) -> Tally:
        """What all of them did so far."""
        total = self._before
        for member in self._members:
            total = total.plus(member.tally)
        return total

    def stop(self) -> None:
        """Tell all to take nothing more and to finish what is on its way."""
        self._stopping = True
        for member in self._members:
            with contextlib.suppress(ProcessLookupError):
                member.process.terminate()

    def watch(self) -> Iterator[Tally]:
        """Run them to the end, telling now and then how far they are; raises what one raised.

        Whoever stops watching stops them.
        """
        try:
            yield from self._watch()
        except BaseException:
            self.stop()
            raise

    def _watch(self) -> Iterator[Tally]:
        while not self._stopping:
            self._start(range(self._size))
            while not all(member.is_done for member in self._members):
                self._listen()
                yield self.tally
            self._raise_a_failure()
            self._before, self._members = self.tally, []
            with self._dispatch.store.read() as connection:
                waiting = has_waiting(connection, self._campaign_id, self._dispatch.clock())
            # What a dead worker had taken may have come back after the others were done.
            if self._before.halted or not waiting:
                return

    def _start(self, indexes: range) -> None:
        self._members += [self._member(index) for index in indexes]

    def _member(self, index: int) -> Member:
        ours, theirs = multiprocessing.Pipe()
        process = self._context.Process(
            target=work,
            args=(self._dispatch.workspace.file, self._campaign_id, index, self._size, theirs),
            name=f"mailer-worker-{index}",
        )
        process.start()
        theirs.close()
        return Member(index, process, ours)

    def _listen(self) -> None:
        alive = {member.wire: member for member in self._members if not member.is_done}
        for wire in wait(list(alive), timeout=REPORT_SECONDS):
            assert isinstance(wire, Connection)
            member = alive[wire]
            try:
                said = wire.recv()
            except (EOFError, OSError):
                self._ended(member)
                continue
            if isinstance(said, Tally):
                member.tally = said
            else:
                member.failure = WorkerFailedError(said[0], mend=said[1])
                self.stop()

    def _ended(self, member: Member) -> None:
        """A worker is gone: at its end, or before it."""
        member.process.join()
        member.wire.close()
        member.is_done = True
        if member.process.exitcode == 0 or member.failure:
            return
        self._dispatch.recover()
        if self._stopping:
            return
        if self._restarts == MOST_RESTARTS:
            member.failure = WorkerFailedError(
                f"worker processes were killed {MOST_RESTARTS + 1} times: it is not tried again",
                mend="see the system's log for what ends them, such as too little memory;"
                " then run the same command again: nothing is lost",
            )
            self.stop()
            return
        self._restarts += 1
        time.sleep(min(LONGEST_RESTART_PAUSE, 0.05 * 2 ** min(self._restarts, 8)))
        self._before = self._before.plus(member.tally)
        self._members.remove(member)
        self._members.append(self._member(member.index))

    def _raise_a_failure(self) -> None:
        for member in self._members:
            if member.failure:
                raise member.failure


def work(file: Path, campaign_id: int, index: int, of: int, wire: Connection) -> None:
    """The life of a worker process."""
    try:
        workspace = Workspace.open(file)
        store = Store(workspace.store_url)
        dispatch = Dispatch(workspace, store, load_keys(workspace.keys), utc_now)
        _tell(wire, run(_work(dispatch, campaign_id, index, of, wire)))
    except MailerError as error:
        _tell(wire, (error.what, error.mend))


async def _work(
    dispatch: Dispatch, campaign_id: int, index: int, of: int, wire: Connection
) -> Tally:
    loop = asyncio.get_running_loop()
    workers: list[Worker] = []

    def stop() -> None:
        for worker in workers:
            worker.stop()

    def orphaned() -> None:
        # Nobody ever writes to us: what can be read is the end of our coordinator.
        loop.remove_reader(wire.fileno())
        stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    loop.add_reader(wire.fileno(), orphaned)
    reporting = asyncio.create_task(_report(workers, wire))
    try:
        return await dispatch.campaign(campaign_id, workers.append, index=index, of=of)
    finally:
        reporting.cancel()
        loop.remove_reader(wire.fileno())


async def _report(workers: list[Worker], wire: Connection) -> None:
    while True:
        await asyncio.sleep(REPORT_SECONDS)
        for worker in workers:
            _tell(wire, worker.tally)


def _tell(wire: Connection, news: Tally | tuple[str, str]) -> None:
    """Tell the coordinator, if there still is one: what matters stands in the database."""
    with contextlib.suppress(OSError):
        wire.send(news)
