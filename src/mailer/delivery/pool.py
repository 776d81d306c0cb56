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
LONGEST_DOUBLING = 9
# When sending stops before its end, what is on its way may take so long to be answered.
LAST_WORDS_SECONDS = 5.0


class RelayDownError(MailerError):
    """No relay takes mail now; nothing is lost, and the same command goes on later."""


class Pool:
    """The sessions of one worker with one relay."""

    def __init__(self, worker: Worker, lane: Lane) -> None:
        self._worker, self._lane = worker, lane
        self._sessions: set[Session] = set()
        self._opening = 0
        self._loop = asyncio.get_running_loop()
        self._finishing: asyncio.Future[None] = self._loop.create_future()

    async def run(self) -> None:
        """Keep connections until told to finish; raises what the worker raised."""
        ready = len(self._worker.stock.ready)
        wanted = max(1, ready // MESSAGES_A_CONNECTION)
        try:
            async with asyncio.TaskGroup() as tasks:
                for _ in range(min(self._lane.route.connections, wanted)):
                    tasks.create_task(self._keep_connected())
        finally:
            await self._hang_up()

    def finish(self) -> None:
        """Bring what is on its way to an end, and close."""
        if not self._finishing.done():
            self._finishing.set_result(None)
        for session in tuple(self._sessions):
            session.finish()

    def wake(self) -> None:
        """There may be something to take again."""
        for session in tuple(self._sessions):
            session.wake()

    async def _keep_connected(self) -> None:
        lost = 0
        while not self._finishing.done():
            await self._rest(BRIEF_PAUSE * (2 ** min(lost, LONGEST_DOUBLING) - 1))
            if self._finishing.done():
                return
            try:
                session = await self._open()
            except RelayError as error:
                lost += 1
                self._look_whether_it_is_down(error)
                continue
            if session is None:
                return
            lost = 0 if await self._carry(session) else lost + 1

    async def _carry(self, session: Session) -> bool:
        """Send on a connection to its end; returns whether it was worth opening."""
        accepted = self._worker.tally.accepted
        try:
            if self._finishing.done():
                session.finish()
            await session.done()
        except ClosingError as error:
            self._lane.condition.complained(self._loop.time(), error.what)
        except RelayError as error:
            self._sessions.discard(session)
            self._look_whether_it_is_down(error)
            return self._worker.tally.accepted > accepted
        # One that is cancelled here is still open: `_hang_up` ends it.
        self._sessions.discard(session)
        return True

    async def _open(self) -> Session | None:
        """A new session; None where we are to finish first: a relay may take minutes to greet us.

        Raises a RelayError.
        """
        route = self._lane.route
        self._opening += 1
        opening = asyncio.create_task(
            open_session(route.address, self._lane, messages=route.messages)
        )
        try:
            await asyncio.wait((opening, self._finishing), return_when=asyncio.FIRST_COMPLETED)
            if not opening.done():
                return None
            session = opening.result()
        finally:
            opening.cancel()
            self._opening -= 1
        self._lane.condition.connected()
        self._sessions.add(session)
        return session

    async def _hang_up(self) -> None:
        """What is still on its way gets its answer, or is known to be in doubt: before we leave."""
        sessions = tuple(one for one in self._sessions if one.is_open)
        for session in sessions:
            session.finish()
        try:
            with contextlib.suppress(TimeoutError):
                ends = asyncio.gather(*(one.done() for one in sessions), return_exceptions=True)
                async with asyncio.timeout(LAST_WORDS_SECONDS):
                    await ends
        finally:
            for session in sessions:
                session.abort("sending stopped")

    async def _rest(self, least: float) -> None:
        wait = max(least, self._lane.condition.until - self._loop.time())
        if wait > 0:
            await asyncio.wait((self._finishing,), timeout=wait)

    def _look_whether_it_is_down(self, error: RelayError) -> None:
        """A connection lost is that connection's end; who lets nobody in at all is down.

        Raises RelayDownError where no relay was ever reached: then it is a mistake, no outage.
        """
        # While another is being opened this one's refusal may be about their number only.
        if self._sessions or self._opening:
            return
        self._lane.condition.failed(self._loop.time(), error.what)
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
