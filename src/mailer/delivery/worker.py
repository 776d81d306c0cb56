"""A worker: hands messages to its lanes, writes down and records what becomes of them.

Everything here runs on one event loop; only the database and the disk's sync are asked from
threads. The order that nothing may break: an outcome is in the journal before the next content
leaves, in the database before its journal goes.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Callable, Sequence

from mailer.clock import Clock
from mailer.delivery.books import Books
from mailer.delivery.health import Health
from mailer.delivery.jobs import Job, Source
from mailer.delivery.journal import Kind as Written
from mailer.delivery.journal import Record
from mailer.delivery.lane import Lane
from mailer.delivery.recording import NOTICES
from mailer.delivery.scribe import Scribe
from mailer.delivery.settling import Policy, is_sent_again, journal_record, settled
from mailer.delivery.stock import Stock
from mailer.delivery.tally import Tally
from mailer.errors import MailerError
from mailer.smtp import Envelope, Outcome, Stage
from mailer.smtp import Kind as Smtp

FLUSH_SECONDS = 0.25
# More outcomes than this waiting for the database: the connections wait too.
MOST_UNRECORDED = 5_000
# So many copies in a row that cannot be made, and it is the issue's fault, not the readers'.
MOST_UNMADE = 20
# Consent is asked again before a copy leaves that has waited longer than this since it was taken:
# behind a rate, for a relay that is down, or to be sent again (GDPR 7(3)).
FRESH_SECONDS = 5.0
# So often it is asked whether a notice should overtake the copies that were taken before it.
URGENT_SECONDS = 1.0


class Worker:
    """Sends what its sources give, through the sessions of its lanes."""

    def __init__(
        self, books: Books, scribe: Scribe, sources: Sequence[Source], policy: Policy, clock: Clock
    ) -> None:
        self.tally = Tally()
        self.lanes: list[Lane] = []
        self.wake: Callable[[], None] = lambda: None
        """Called when there may be something to take again."""
        self.stock = Stock(sources)
        self._books, self._scribe, self._policy, self._clock = books, scribe, policy, clock
        self._stopping = False
        self._unmade = 0
        self._loop = asyncio.get_running_loop()
        self._hungry = asyncio.Event()
        self._changed = asyncio.Event()
        self._stale = asyncio.Event()
        self._later: asyncio.TimerHandle | None = None

    # What a lane asks -------------------------------------------------------------------------

    def take(self, lane: Lane) -> Envelope | None:
        """The next message; None while there is none, or while something wants a rest."""
        while (job := self._next_job(lane)) is not None:
            self.stock.on_the_way += 1
            try:
                envelope = job.source.envelope(job)
            except MailerError as error:
                self._give_up_on(lane, job, error)
                continue
            self._unmade = 0
            envelope.key = job
            return envelope
        return None

    def commit(self, lane: Lane, done: Outcome | None, intent: Envelope) -> bool:
        """Write down the outcome before and the intent now."""
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
            self._settle(lane, done)
        return True

    def settle(self, lane: Lane, outcome: Outcome) -> None:
        """Write down an outcome that no content follows."""
        job: Job = outcome.envelope.key  # type: ignore[assignment]
        try:
            if job.journalled or outcome.kind is not Smtp.UNSENT:
                self._scribe.write(self._written(outcome), None)
        finally:
            self._settle(lane, outcome)  # what the journal cannot take, the database may

    # What the pools ask -----------------------------------------------------------------------

    @property
    def is_drained(self) -> bool:
        """Whether there is nothing left to send, or nothing more may be."""
        stock = self.stock
        return stock.on_the_way == 0 and (self._stopping or (stock.exhausted and not stock.ready))

    @property
    def all_down(self) -> str:
        """Why no relay takes mail now; empty while one may."""
        if any(lane.condition.health is not Health.DOWN for lane in self.lanes):
            return ""
        return "; ".join(f"{lane.route.name}: {lane.condition.why}" for lane in self.lanes)

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
        """Take the first jobs, so that it is known whether there are any, and how many."""
        while self.stock.is_low and not self._stopping:
            await self._fill()

    async def work(self) -> None:
        """Take jobs and record outcomes until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_filled())
            tasks.create_task(self._keep_asked())
            tasks.create_task(self._keep_recorded())
            tasks.create_task(self._keep_obedient())
            tasks.create_task(self._keep_notices_first())
            tasks.create_task(self._scribe.keep_synced())

    async def close(self) -> None:
        """Record what is left and give back what was not sent; then the journal goes."""
        await asyncio.to_thread(self._books.record, self.stock.done)
        await asyncio.to_thread(self._books.close, list(self.stock.ready), self._clock())
        self.stock.ready.clear()
        self._scribe.remove()

    # Details ----------------------------------------------------------------------------------

    def _next_job(self, lane: Lane) -> Job | None:
        stock = self.stock
        if self._stopping or len(self._books.unrecorded) > MOST_UNRECORDED:
            return None
        if stock.is_low:
            self._hungry.set()
        if not stock.ready or self._stale.is_set():
            return None
        if self._loop.time() - stock.ready[0].asked_at > FRESH_SECONDS:
            self._stale.set()
            return None
        if len(self.lanes) > 1 and lane.is_ahead(self.lanes):
            self._wake_in(FLUSH_SECONDS / 10)
            return None
        job, wait = lane.pick(stock.ready, self._loop.time())
        if job is None:
            self._wake_in(wait)
        return job

    def _give_up_on(self, lane: Lane, job: Job, error: MailerError) -> None:
        """One reader's copy cannot be made: theirs has failed, and the others get theirs.

        Raises `error` where no copy can be made at all.
        """
        self._unmade += 1
        why = f"this copy cannot be made: {error.what}"
        nothing = Envelope(job, "", "", b"")
        self._settle(lane, Outcome(nothing, Smtp.FAILED, Stage.CONNECT, None, why))
        if self._unmade >= MOST_UNMADE:
            raise error

    def _written(self, outcome: Outcome) -> Record:
        job: Job = outcome.envelope.key  # type: ignore[assignment]
        return journal_record(job, outcome)

    def _settle(self, lane: Lane, outcome: Outcome) -> None:
        job: Job = outcome.envelope.key  # type: ignore[assignment]
        self.stock.on_the_way -= 1
        lane.came_back(job)
        lane.heard(outcome, self._loop.time())
        kind = outcome.kind
        if kind is Smtp.IN_DOUBT or kind is Smtp.UNSENT:
            job.setbacks += 1
        if kind is Smtp.IN_DOUBT:
            job.doubts += 1
            self.tally.in_doubt += 1
        if is_sent_again(job, outcome, self._policy):
            job.tries -= kind is Smtp.UNSENT and job.journalled
            job.journalled = False
            if kind is Smtp.IN_DOUBT:
                job.asked_at = -math.inf
            if job.doubts == job.message.doubts:
                self._scribe.let_go(job)
            self.stock.put_back(job)
            self._loop.call_soon(self.wake)
        else:
            self._finish(lane, job, outcome)
        if self.is_drained:  # else nobody who waits for it need be woken
            self._changed.set()

    def _finish(self, lane: Lane, job: Job, outcome: Outcome) -> None:
        if not job.journalled:
            job.tries += 1  # refused before its content was asked for
        job.journalled = False
        self._scribe.let_go(job)
        one = settled(
            job,
            outcome,
            self._policy,
            relay=lane.route.name,
            now=self._clock(),
            jitter=random.random(),  # noqa: S311  spreads retries, keeps no secret
        )
        halt = self._books.add(job, outcome, one)
        self.stock.settled(job)
        self.tally.count(outcome)
        self.tally.notices += one.origin == NOTICES and outcome.kind is Smtp.ACCEPTED
        if halt:
            self.tally.halted = halt
            self.stop()

    def _skip(self, job: Job, why: str) -> None:
        """Its reader has left since it was taken."""
        self._scribe.let_go(job)
        self._books.add_skipped(job, why)
        self.stock.settled(job)
        job.source.skipped += 1

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
            if self.stock.is_low:
                await self._fill()

    async def _keep_asked(self) -> None:
        """Whether the readers of what has waited may still have it; nothing leaves meanwhile."""
        while True:
            await self._stale.wait()
            jobs, begun = list(self.stock.ready), self._loop.time()
            left = await asyncio.to_thread(self._books.who_left, jobs)
            for job in jobs:
                job.asked_at = begun
            self.stock.drop(left.keys())
            for job, why in left.items():
                self._skip(job, why)
            self._stale.clear()
            self._changed.set()
            self.wake()

    async def _keep_notices_first(self) -> None:
        while not self._stopping:
            await asyncio.sleep(URGENT_SECONDS)
            if not self.stock.ready:
                continue  # whoever is hungry asks for notices first anyway
            begun = self._loop.time()
            source, number, jobs = await asyncio.to_thread(
                self._books.take_urgent, self.stock, self._scribe.worker, self._clock()
            )
            if source is not None:
                self.stock.add_first(source, number, jobs, begun)
                self.wake()

    async def _fill(self) -> None:
        begun = self._loop.time()
        source, number, jobs = await asyncio.to_thread(
            self._books.take, self.stock, self._scribe.worker, self._clock()
        )
        self.stock.add(source, number, jobs, begun)
        if source is not None and not jobs:
            self._hungry.set()
        self._changed.set()
        self.wake()

    async def _keep_recorded(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            await asyncio.to_thread(self._books.keep, self.stock.done, self.all_down)
            self._scribe.recorded()
            self.wake()

    async def _keep_obedient(self) -> None:
        """Stop when the campaign was paused or cancelled, however slow recording is just now."""
        while not self._stopping:
            await asyncio.sleep(FLUSH_SECONDS)
            halted = await asyncio.to_thread(self._books.halted)
            if halted and not self._stopping:
                self.tally.halted = halted
                self.stop()
