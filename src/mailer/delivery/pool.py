"""The connections to a relay: opened as needed, opened again when lost, given up with a reason."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass

from mailer.delivery.worker import Worker
from mailer.errors import MailerError
from mailer.smtp import RelayAddress, RelayError, Session, open_session

# Failures in a row, with nothing accepted between them, after which a relay counts as down.
MOST_FAILURES = 5
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 8.0
MESSAGES_A_CONNECTION = 10


class RelayDownError(MailerError):
    """The relay takes no mail now; nothing is lost, and the same command goes on later."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many connections at once."""

    connections: int


class Pool:
    """The sessions of one worker with one relay."""

    def __init__(self, relay: RelayAddress, worker: Worker, limits: Limits) -> None:
        self._relay, self._worker, self._limits = relay, worker, limits
        self._sessions: set[Session] = set()
        self._failures = 0
        self._accepted = 0
        self._finishing = asyncio.Event()
        worker.wake = self._wake

    async def run(self) -> None:
        """Send until the worker is drained; raises RelayDownError, or what the worker raised."""
        wanted = max(1, self._worker.waiting // MESSAGES_A_CONNECTION)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._finish_when_drained())
            for _ in range(min(self._limits.connections, wanted)):
                tasks.create_task(self._keep_connected())

    async def _finish_when_drained(self) -> None:
        await self._worker.drained()
        self._finishing.set()
        for session in self._sessions:
            session.finish()

    async def _keep_connected(self) -> None:
        while not self._finishing.is_set():
            try:
                session = await open_session(self._relay, self._worker)
            except RelayError as error:
                await self._rest_after(error)
                continue
            self._sessions.add(session)
            if self._finishing.is_set():
                session.finish()
            try:
                await session.done()
            except RelayError as error:
                self._sessions.discard(session)
                await self._rest_after(error)
            finally:
                self._sessions.discard(session)

    async def _rest_after(self, error: RelayError) -> None:
        """A growing pause; raises RelayDownError where pauses have not helped."""
        accepted = self._worker.tally.accepted
        if accepted > self._accepted:
            self._accepted, self._failures = accepted, 0
        self._failures += 1
        never = not accepted and not self._sessions
        if never or self._failures >= MOST_FAILURES * self._limits.connections:
            raise RelayDownError(
                f"the relay {self._relay} takes no mail: {error.what}",
                mend=f"{error.mend or 'see that it runs'}; then run the same command again:"
                " nothing is lost",
            )
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (self._failures // self._limits.connections))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._finishing.wait(), pause)

    def _wake(self) -> None:
        for session in tuple(self._sessions):
            session.wake()
