"""The connections of one lane: opened as needed, opened again when lost, left alone when down."""

from __future__ import annotations

import asyncio
import contextlib

from mailer.delivery.health import Health
from mailer.delivery.lane import Lane
from mailer.delivery.worker import Worker
from mailer.errors import MailerError
from mailer.smtp import ClosingError, RelayError, Session, open_session

# Before a lost connection is opened again; doubled while nothing gets through.
BRIEF_PAUSE = 0.05
# A connection is worth opening for so many messages.
MESSAGES_A_CONNECTION = 10


class RelayDownError(MailerError):
    """No relay takes mail now; nothing is lost, and the same command goes on later."""


class Pool:
    """The sessions of one worker with one relay."""

    def __init__(self, worker: Worker, lane: Lane) -> None:
        self._worker, self._lane = worker, lane
        self._sessions: set[Session] = set()
        self._finishing = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    async def run(self) -> None:
        """Keep connections until told to finish; raises what the worker raised."""
        ready = len(self._worker.stock.ready)
        wanted = max(1, ready // MESSAGES_A_CONNECTION)
        async with asyncio.TaskGroup() as tasks:
            for _ in range(min(self._lane.route.connections, wanted)):
                tasks.create_task(self._keep_connected())

    def finish(self) -> None:
        """Bring what is on its way to an end, and close."""
        self._finishing.set()
        for session in tuple(self._sessions):
            session.finish()

    def wake(self) -> None:
        """There may be something to take again."""
        for session in tuple(self._sessions):
            session.wake()

    async def _keep_connected(self) -> None:
        condition = self._lane.condition
        accepted, lost = 0, 0
        while not self._finishing.is_set():
            await self._rest(BRIEF_PAUSE * (2 ** min(lost, 6) - 1))
            if self._finishing.is_set():
                return
            try:
                await self._one_connection()
            except ClosingError as error:
                condition.complained(self._loop.time(), error.what)
            except RelayError as error:
                # A connection lost in the middle is that connection's end; who cannot be reached
                # at all, or throws everybody out, is down.
                if not self._sessions:
                    condition.failed(self._loop.time(), error.what)
                self._refuse_to_wait_for_nobody(error)
                now_accepted = self._worker.tally.accepted
                lost = 0 if now_accepted > accepted else lost + 1
                accepted = now_accepted

    async def _one_connection(self) -> None:
        route = self._lane.route
        session = await open_session(route.address, self._lane, messages=route.messages)
        self._lane.condition.connected()
        self._sessions.add(session)
        try:
            if self._finishing.is_set():
                session.finish()
            await session.done()
        finally:
            self._sessions.discard(session)

    async def _rest(self, least: float) -> None:
        wait = max(least, self._lane.condition.until - self._loop.time())
        if wait > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._finishing.wait(), wait)

    def _refuse_to_wait_for_nobody(self, error: RelayError) -> None:
        """Raise where no relay was ever reached: then it is a mistake, not an outage."""
        lanes = self._worker.lanes
        if any(lane.condition.ever_up for lane in lanes):
            return
        if all(lane.condition.health is Health.DOWN for lane in lanes):
            names = ", ".join(str(lane.route.address) for lane in lanes)
            raise RelayDownError(
                f"the relay {names} takes no mail: {error.what}",
                mend=f"{error.mend or 'see that it runs'}; then run the same command again:"
                " nothing is lost",
            )
