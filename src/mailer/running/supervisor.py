"""One part under supervision: started, heard, started again when it dies, told to stop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess

import structlog

from mailer.running.child import Progress, Ready, Setup, live
from mailer.running.life import PartEvent, PartState, deaths_in_a_row, part_after, pause_after
from mailer.running.parts import Part

# A part that has not ended by then after it was told to is killed; what it knew stands in journals.
PATIENCE_SECONDS = 9.0

Told = Callable[["Supervisor"], None]

log = structlog.get_logger("service")


def forkserver() -> ForkServerContext:
    """Where parts come from: a process that has imported everything and begun nothing."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["mailer.running.parts"])
    return context


class Supervisor:
    """Keeps one part alive."""

    def __init__(
        self,
        context: ForkServerContext,
        part: Part,
        setup: Setup,
        *,
        changed: Told,
        died: Told,
        progressed: Callable[[Progress], None],
    ) -> None:
        self.part = part
        self.state = PartState.STARTING
        self.restarts = 0
        self.exit_code: int | None = None
        """How it ended last."""
        self._context, self._setup = context, setup
        self._changed, self._died, self._progressed = changed, died, progressed
        self._process: BaseProcess | None = None
        self._stopping = asyncio.Event()

    @property
    def pid(self) -> int | None:
        """The process that lives now."""
        return self._process.pid if self._process else None

    def stop(self) -> None:
        """Let it finish what it has begun."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._move(PartEvent.TOLD_TO_STOP)
        if self._process is not None:
            self._process.terminate()

    async def keep_alive(self) -> None:
        """Start it, and again whenever it dies, until told to stop."""
        deaths, loop = 0, asyncio.get_running_loop()
        while self.state is not PartState.ENDED:
            began = loop.time()
            await self._live_once()
            self._move(PartEvent.DIED)
            if self._stopping.is_set():
                return
            deaths = deaths_in_a_row(deaths, loop.time() - began)
            pause = pause_after(deaths)
            log.error(
                "a part ended by itself",
                part=self.part.name,
                exit_code=self.exit_code,
                started_again_in=pause,
            )
            self.restarts += 1
            self._died(self)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._stopping.wait()
            if not self._stopping.is_set():
                self._move(PartEvent.RESTED)

    async def _live_once(self) -> None:
        wire, process = await asyncio.to_thread(self._start)
        self._process = process
        if self._stopping.is_set():
            process.terminate()  # told so while it was being started
        listening = asyncio.create_task(self._listen(wire))
        try:
            await self._ended(process)
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            wire.close()
        self._process, self.exit_code = None, process.exitcode
        process.close()

    def _start(self) -> tuple[Connection, BaseProcess]:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=live,
            args=(self.part.life, self.part.name, self._setup, theirs),
            name=f"mailer-{self.part.name}",
        )
        process.start()
        theirs.close()
        return ours, process

    async def _ended(self, process: BaseProcess) -> None:
        """Return once it is gone; killed where it does not go when it was told to."""
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_reader(process.sentinel, ended.set)
        try:
            waiting = asyncio.create_task(ended.wait())
            stopping = asyncio.create_task(self._stopping.wait())
            await asyncio.wait([waiting, stopping], return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await waiting
            if not ended.is_set():
                log.error("a part did not end in time and is killed", part=self.part.name)
                process.kill()
                await ended.wait()
        finally:
            loop.remove_reader(process.sentinel)
        await asyncio.to_thread(process.join)

    async def _listen(self, wire: Connection) -> None:
        readable = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_reader(wire.fileno(), readable.set)
        try:
            while True:
                await readable.wait()
                readable.clear()
                while wire.poll():
                    self._hear(wire.recv())
        except (EOFError, OSError):
            return  # that it is gone is heard from the process itself
        finally:
            loop.remove_reader(wire.fileno())

    def _hear(self, said: object) -> None:
        if isinstance(said, Ready):
            self._move(PartEvent.BECAME_READY)
        elif isinstance(said, Progress):
            self._progressed(said)

    def _move(self, event: PartEvent) -> None:
        self.state = part_after(self.state, event)
        self._changed(self)
