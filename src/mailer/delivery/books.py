"""A worker's books: outcomes on their way into the database, and what follows from them.

Methods that open a transaction are called from a thread, the others from the event loop.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from mailer.campaigns import (
    CampaignEvent,
    DeliveryEvent,
    cancel_waiting,
    delivery_after,
    say_of,
    states_of,
    steer,
)
from mailer.clock import Clock
from mailer.delivery.jobs import Job, Source
from mailer.delivery.recording import NOTICES, Settled, record_settled, release
from mailer.delivery.stock import Stock
from mailer.keys import Keys
from mailer.notices import next_notice_due
from mailer.outcomes import Trip, Watch, follow_up, verdict
from mailer.smtp import Kind, Outcome
from mailer.store import Store
from mailer.store.tables import CampaignState, DeliveryState

# The brake looks at a hundred outcomes before it judges; until then nobody is suppressed.
SURE_AFTER = 100

OnHalt = Callable[[Connection, int, Trip, str], None]
"""Told, in the transaction that pauses a campaign, which one, what tripped and why."""


def tell_nobody(connection: Connection, campaign_id: int, trip: Trip, why: str) -> None:
    """Whoever looks sees it in the campaign's own row."""


class Books:
    """What is to be recorded for one worker."""

    def __init__(
        self,
        store: Store,
        keys: Keys,
        clock: Clock,
        worker: str,
        *,
        on_halt: OnHalt = tell_nobody,
    ) -> None:
        self.unrecorded: list[Settled] = []
        self._store, self._keys, self._clock, self._worker = store, keys, clock, worker
        self._on_halt = on_halt
        self._watches: dict[int, Watch] = {}
        self._failed: dict[int, list[int]] = {}
        self._halts: dict[int, str] = {}
        self._said: dict[int, str] = {}
        # A thread goes on when the task that waited for it is cancelled: what it takes or cuts
        # off must not fall between another's looking and writing.
        self._one_at_a_time = threading.Lock()
        self._closed = False

    def add(self, job: Job, outcome: Outcome, one: Settled) -> str:
        """Note an outcome; returns why its campaign must pause, or nothing."""
        self.unrecorded.append(one)
        origin = one.origin
        if origin == NOTICES:
            return ""
        watch = self._watches.get(origin)
        if watch is None:
            watch = self._watches[origin] = Watch()
        reply = outcome.reply
        refused = None if outcome.kind is Kind.ACCEPTED or reply is None else reply
        judged = verdict(refused.code, refused.enhanced) if refused else None
        if outcome.kind is Kind.ACCEPTED or judged is not None:
            halt = watch.saw(job.domain, judged, one.reply)
            if halt:
                self._halts.setdefault(origin, halt)
        if one.state is DeliveryState.FAILED:
            self._failed.setdefault(origin, []).append(one.id)
        return self._halts.get(origin, "")

    def add_skipped(self, job: Job, why: str) -> None:
        """Note that a reader left before their copy did."""
        self.unrecorded.append(
            Settled(
                origin=job.source.origin,
                id=job.id,
                state=delivery_after(DeliveryState.TAKEN, DeliveryEvent.SKIPPED),
                attempts=job.tries,
                doubts=job.doubts,
                reply=why,
                relay="",
                at=self._clock(),
            )
        )

    def take(
        self, stock: Stock, worker: str, now: datetime
    ) -> tuple[Source | None, int, list[Job]]:
        """The next batch, in a transaction; none once the books are closed."""
        with self._one_at_a_time:
            if self._closed:
                return None, 0, []
            with self._store.write() as connection:
                return stock.take(connection, worker, now)

    def who_left(self, jobs: Sequence[Job]) -> dict[Job, str]:
        """Those whose readers may not have them any more, and why."""
        left: dict[Job, str] = {}
        with self._store.read() as connection:
            for source in {job.source for job in jobs}:
                mine = {job.id: job for job in jobs if job.source is source}
                reasons = source.who_left(connection, list(mine.values()), self._clock())
                left |= {mine[id_]: why for id_, why in reasons.items()}
        return left

    def take_urgent(
        self, stock: Stock, worker: str, now: datetime
    ) -> tuple[Source | None, int, list[Job]]:
        """The notices that are due, looked for without keeping other writers waiting."""
        with self._store.read() as connection:
            due = next_notice_due(connection, stock.urgent_lists)
        if due is None or due > now:
            return None, 0, []
        with self._one_at_a_time:
            if self._closed:
                return None, 0, []
            with self._store.write() as connection:
                return stock.take_urgent(connection, worker, now)

    def keep(self, done: list[tuple[Source, int]], all_down: str) -> None:
        """Record what there is, and let `mailer campaigns` tell why nothing moves."""
        self.record(done)
        self._say(self._campaigns(), all_down)

    def halted(self) -> str:
        """Why we must stop, when somebody paused or cancelled; read beside a slow record."""
        origins = self._campaigns()
        if not origins:
            return ""
        with self._store.read() as connection:
            states = states_of(connection, origins)
        halted = {state for state in states.values() if state is not CampaignState.SENDING}
        return f"the campaign was {min(halted)}" if halted else ""

    def record(self, done: list[tuple[Source, int]]) -> None:
        """Write outcomes and finished batches, in one transaction."""
        with self._one_at_a_time:
            self._record(done)

    def _record(self, done: list[tuple[Source, int]]) -> None:
        # Batches first: one that is done then has all its outcomes among those that follow. The
        # loop only ever appends, so cutting off what we have seen is safe from a thread.
        finished = done[:]
        outcomes = self.unrecorded[:]
        sure = {
            origin: failed[:]
            for origin, failed in self._failed.items()
            if failed and self._watches[origin].settled >= SURE_AFTER and origin not in self._halts
        }
        if not outcomes and not finished:
            return
        now = self._clock()
        with self._store.write() as connection:
            record_settled(connection, outcomes)
            for source, batch in finished:
                source.finish(connection, batch)
            for origin, failed in sure.items():
                follow_up(connection, self._keys, origin, failed, now)
        del self.unrecorded[: len(outcomes)]
        del done[: len(finished)]
        for origin, failed in sure.items():
            del self._failed[origin][: len(failed)]

    def close(self, ready: Sequence[Job], now: datetime) -> None:
        """Give back what was not sent; pause what must be; let refusals have what follows."""
        with self._one_at_a_time:
            self._close(ready, now)
            self._closed = True

    def _close(self, ready: Sequence[Job], now: datetime) -> None:
        with self._store.write() as connection:
            record_settled(connection, [one for job in ready if (one := self._doubtful(job))])
            release(connection, self._worker, now)
            states = states_of(connection, self._watched())
            for origin, state in states.items():
                if state is CampaignState.CANCELLED:
                    cancel_waiting(connection, origin, now)  # what was deferred since
                elif origin in self._halts and state is CampaignState.SENDING:
                    self._halt(connection, origin, now)
                elif origin not in self._halts:
                    follow_up(connection, self._keys, origin, self._failed.pop(origin, []), now)
                    if self._said.get(origin):
                        say_of(connection, origin, "")

    def _halt(self, connection: Connection, origin: int, now: datetime) -> None:
        why = self._halts[origin]
        steer(connection, origin, CampaignEvent.PAUSED, now, why)
        if trip := self._watches[origin].tripped:
            self._on_halt(connection, origin, trip, why)

    def watch(self, origins: Sequence[int]) -> None:
        """These campaigns are looked after even before their first outcome."""
        for origin in origins:
            if origin != NOTICES:
                self._watches.setdefault(origin, Watch())

    def _watched(self) -> list[int]:
        return list(self._watches)

    def _campaigns(self) -> list[int]:
        return [origin for origin in self._watched() if origin != NOTICES]

    def _say(self, origins: Sequence[int], words: str) -> None:
        """Let `mailer campaigns` tell why nothing moves; and that it moves again."""
        changed = [origin for origin in origins if self._said.get(origin, "") != words]
        if changed:
            with self._store.write() as connection:
                for origin in changed:
                    say_of(connection, origin, words)
                    self._said[origin] = words

    def _doubtful(self, job: Job) -> Settled | None:
        if job.doubts == job.message.doubts:
            return None
        return Settled(
            origin=job.source.origin,
            id=job.id,
            state=delivery_after(DeliveryState.TAKEN, DeliveryEvent.RELEASED),
            attempts=job.tries,
            doubts=job.doubts,
            reply="in doubt: to be sent again",
            relay="",
            at=self._clock(),
        )
