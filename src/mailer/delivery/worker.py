"""A worker: takes jobs, feeds the connections, writes down and records what becomes of them.

Everything here runs on one event loop; only the database and the disk's sync are asked from
threads. The order that nothing may break: an outcome is in the journal before the next content
leaves, in the database before its journal goes.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mailer.campaigns import DeliveryEvent, delivery_after
from mailer.clock import Clock
from mailer.delivery.batches import give_back
from mailer.delivery.jobs import Job, Source
from mailer.delivery.journal import Kind as Written
from mailer.delivery.journal import Record
from mailer.delivery.pace import Pace
from mailer.delivery.recording import Settled, record_settled
from mailer.delivery.scribe import Scribe
from mailer.delivery.settling import Policy, is_sent_again, journal_record, settled
from mailer.notices import give_back_notices
from mailer.smtp import Envelope, Outcome
from mailer.smtp import Kind as Smtp
from mailer.store import Store
from mailer.store.tables import DeliveryState

FLUSH_SECONDS = 0.25
# More outcomes than this waiting for the database: the connections wait too.
MOST_UNRECORDED = 5_000


@dataclass(slots=True)
class Tally:
    """What a worker did so far."""

    accepted: int = 0
    deferred: int = 0
    failed: int = 0
    in_doubt: int = 0
    skipped: int = 0
    last_refusal: str = ""
    waiting: int = field(default=0, compare=False)


class Worker:
    """Sends what its sources give, through sessions that call it as their feed."""

    def __init__(
        self,
        store: Store,
        scribe: Scribe,
        sources: Sequence[Source],
        policy: Policy,
        pace: Pace,
        clock: Clock,
        *,
        relay: str,
    ) -> None:
        self.tally = Tally()
        self.wake: Callable[[], None] = lambda: None
        """Called when there may be something to take again."""
        self._store, self._scribe, self._sources = store, scribe, sources
        self._policy, self._pace, self._clock, self._relay = policy, pace, clock, relay
        self._ready: deque[Job] = deque()
        self._out = 0
        self._open: dict[tuple[int, int], int] = {}
        self._done: list[tuple[Source, int]] = []
        self._unrecorded: list[Settled] = []
        self._stopping = False
        self._loop = asyncio.get_running_loop()
        self._hungry = asyncio.Event()
        self._changed = asyncio.Event()
        self._later: asyncio.TimerHandle | None = None

    # What a session asks of its feed ----------------------------------------------------------

    def take(self) -> Envelope | None:
        """The next message; None while there is none, or while pace or database want a rest."""
        if self._stopping or len(self._unrecorded) > MOST_UNRECORDED:
            return None
        if len(self._ready) < self._low_water:
            self._hungry.set()
        if not self._ready:
            return None
        delay = self._pace.wait(self._loop.time())
        if delay:
            self._wake_in(delay)
            return None
        job = self._ready.popleft()
        self._out += 1
        envelope = job.source.envelope(job)
        envelope.key = job
        return envelope

    def commit(self, done: Outcome | None, intent: Envelope) -> bool:
        """Write down the outcome before and the intent now; False once we are told to stop."""
        job: Job = intent.key  # type: ignore[assignment]
        before: Record | None = None
        if done is not None:
            before = self._written(done)
        self._scribe.write(
            before, Record(Written.INTENT, job.source.origin, job.id, doubts=job.doubts)
        )
        job.journalled = True
        job.tries += 1
        self._scribe.hold_open(job)
        if done is not None:
            self._settle(done)
        return True

    def settle(self, outcome: Outcome) -> None:
        """Write down an outcome that no content follows."""
        job: Job = outcome.envelope.key  # type: ignore[assignment]
        if job.journalled or outcome.kind is not Smtp.UNSENT:
            self._scribe.write(self._written(outcome), None)
        self._settle(outcome)

    # What the pool asks -----------------------------------------------------------------------

    @property
    def is_drained(self) -> bool:
        """Whether there is nothing left to send, or nothing more may be."""
        return self._out == 0 and (self._stopping or (self._exhausted and not self._ready))

    @property
    def waiting(self) -> int:
        """Messages taken from the database and not yet on a connection."""
        return len(self._ready)

    def stop(self) -> None:
        """Take nothing more; what is on its way is finished."""
        self._stopping = True
        self._hungry.set()
        self._changed.set()
        self.wake()

    async def drained(self) -> None:
        """Return once there is nothing left to send."""
        while not self.is_drained:
            self._changed.clear()
            await self._changed.wait()

    async def begin(self) -> None:
        """Take the first jobs, so that it is known whether there are any."""
        await self._fill()

    async def work(self) -> None:
        """Take jobs and record outcomes until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_filled())
            tasks.create_task(self._keep_recorded())
            tasks.create_task(self._scribe.keep_synced())

    async def close(self) -> None:
        """Record what is left and give back what was not sent; then the journal goes."""
        await asyncio.to_thread(self._record_now)
        await asyncio.to_thread(self._release)
        self._scribe.remove()

    # Details ----------------------------------------------------------------------------------

    _exhausted = False
    _low_water = 250

    def _written(self, outcome: Outcome) -> Record:
        job: Job = outcome.envelope.key  # type: ignore[assignment]
        return journal_record(job, outcome)

    def _settle(self, outcome: Outcome) -> None:
        job: Job = outcome.envelope.key  # type: ignore[assignment]
        self._out -= 1
        self._scribe.let_go(job)
        if outcome.kind is Smtp.IN_DOUBT:
            job.doubts += 1
            self.tally.in_doubt += 1
        if is_sent_again(outcome, self._policy):
            job.tries -= outcome.kind is Smtp.UNSENT and job.journalled
            job.journalled = False
            self._ready.appendleft(job)
            self._loop.call_soon(self.wake)
        else:
            self._finish(job, outcome)
        self._changed.set()

    def _finish(self, job: Job, outcome: Outcome) -> None:
        if not job.journalled and outcome.kind is not Smtp.UNSENT:
            job.tries += 1  # refused before its content was asked for
        job.journalled = False
        one = settled(
            job,
            outcome,
            self._policy,
            relay=self._relay,
            now=self._clock(),
            jitter=random.random(),  # noqa: S311  spreads retries, keeps no secret
        )
        self._unrecorded.append(one)
        self._count(outcome)
        key = (job.source.origin, job.batch)
        self._open[key] -= 1
        if not self._open[key]:
            del self._open[key]
            self._done.append((job.source, job.batch))

    def _count(self, outcome: Outcome) -> None:
        match outcome.kind:
            case Smtp.ACCEPTED:
                self.tally.accepted += 1
            case Smtp.DEFERRED:
                self.tally.deferred += 1
                self.tally.last_refusal = str(outcome.reply or outcome.why)
            case Smtp.FAILED:
                self.tally.failed += 1
                self.tally.last_refusal = str(outcome.reply or outcome.why)
            case _:
                pass

    def _wake_in(self, delay: float) -> None:
        if self._later is None:
            self._later = self._loop.call_later(delay, self._wake_later)

    def _wake_later(self) -> None:
        self._later = None
        self.wake()

    async def _keep_filled(self) -> None:
        while not self._stopping:
            await self._hungry.wait()
            self._hungry.clear()
            if not self._exhausted and len(self._ready) < self._low_water:
                await self._fill()

    async def _fill(self) -> None:
        source, number, jobs = await asyncio.to_thread(self._take_batch)
        if source is None:
            self._exhausted = True
        elif jobs:
            self._low_water = max(50, len(jobs) // 2)
            self._open[source.origin, number] = len(jobs)
            self._ready.extend(jobs)
        else:
            self._done.append((source, number))  # everybody in it has left
            self._hungry.set()
        self._changed.set()
        self.wake()

    def _take_batch(self) -> tuple[Source | None, int, list[Job]]:
        now = self._clock()
        for source in self._sources:
            with self._store.write() as connection:
                number, jobs = source.take(connection, self._scribe.worker, now)
            if number:
                return source, number, jobs
        return None, 0, []

    async def _keep_recorded(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            if self._unrecorded or self._done:
                await asyncio.to_thread(self._record_now)
                self._scribe.recorded()
                self.wake()

    def _record_now(self) -> None:
        # The loop only ever appends, so cutting off what we have seen is safe from a thread.
        # Batches first: one that is done then has all its outcomes among those that follow.
        done = self._done[:]
        outcomes = self._unrecorded[:]
        if not outcomes and not done:
            return
        with self._store.write() as connection:
            record_settled(connection, outcomes)
            for source, batch in done:
                source.finish(connection, batch)
        del self._unrecorded[: len(outcomes)]
        del self._done[: len(done)]

    def _release(self) -> None:
        with self._store.write() as connection:
            doubtful = [self._as_doubtful(job) for job in self._ready if job.doubts]
            record_settled(connection, [one for one in doubtful if one])
            give_back(connection, self._scribe.worker)
            give_back_notices(connection, self._scribe.worker)
        self._ready.clear()

    def _as_doubtful(self, job: Job) -> Settled | None:
        if job.doubts == job.message.doubts:
            return None
        return Settled(
            origin=job.source.origin,
            id=job.id,
            state=delivery_after(DeliveryState.TAKEN, DeliveryEvent.RELEASED),
            attempts=job.tries,
            doubts=job.doubts,
            reply="in doubt: to be sent again",
            relay=self._relay,
            at=self._clock(),
        )
