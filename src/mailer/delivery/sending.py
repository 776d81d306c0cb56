"""One sending: recover what a dead worker left, then send until nothing waits."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import select

from mailer.clock import Clock
from mailer.delivery.books import Books, OnHalt, tell_nobody
from mailer.delivery.jobs import Source
from mailer.delivery.journal import drop_old_drafts, journalling_workers, orphans
from mailer.delivery.lane import Lane
from mailer.delivery.pace import Bucket, Limit, Pace, Window
from mailer.delivery.pool import Pool
from mailer.delivery.recording import OnDoubt, release, replay
from mailer.delivery.routes import DAY, Route, accepted_since, warm_up_limit
from mailer.delivery.scribe import Scribe, this_host
from mailer.delivery.settling import Policy
from mailer.delivery.tally import Tally
from mailer.delivery.worker import Worker
from mailer.errors import MailerError
from mailer.keys import Keys
from mailer.notices import workers_with_notices
from mailer.store import Store
from mailer.store.tables import Batch, DeliveryState

# A rate over so long is a bucket; over longer it slides and outlives this process.
SHORT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was read back from workers that had died."""

    workers: int = 0
    outcomes: int = 0
    doubts: int = 0


def recover(
    store: Store,
    journals: Path,
    *,
    on_doubt: OnDoubt,
    relay: str,
    clock: Clock,
    everywhere: bool = False,
) -> Recovered:
    """Read back the journals of dead workers and give back what they had taken.

    `everywhere`: also what workers of other machines had taken, because none of them lives.
    """
    workers = outcomes = doubts = 0
    drop_old_drafts(journals)
    for orphan in orphans(journals):
        with store.write() as connection:
            settled = replay(connection, orphan, on_doubt=on_doubt, relay=relay, now=clock())
        orphan.remove()
        workers += 1
        outcomes += sum(one.state is not DeliveryState.PENDING for one in settled)
        doubts += sum(one.reply.startswith("in doubt") for one in settled)
    _release_the_unjournalled(store, journals, clock(), everywhere=everywhere)
    return Recovered(workers, outcomes, doubts)


def _release_the_unjournalled(
    store: Store, journals: Path, now: datetime, *, everywhere: bool
) -> None:
    """What a worker of this machine took that has no journal was never begun."""
    with store.read() as connection:
        batches = select(Batch.taken_by).where(Batch.taken_by.is_not(None)).distinct()
        named = {*connection.scalars(batches), *workers_with_notices(connection)}
    ours = {
        worker
        for worker in named
        if worker and (everywhere or worker.startswith(f"{this_host()}-"))
    }
    for worker in ours - journalling_workers(journals):
        with store.write() as connection:
            release(connection, worker, now)


async def send(
    store: Store,
    keys: Keys,
    journals: Path,
    sources: Sequence[Source],
    routes: Sequence[Route],
    policy: Policy,
    clock: Clock,
    *,
    started: Callable[[Worker], None] = lambda _worker: None,
    on_halt: OnHalt = tell_nobody,
) -> Tally:
    """Send what the sources have until nothing waits or `started`'s worker is told to stop.

    Raises RelayDownError, JournalError or StoreError; nothing is lost then, and the next call
    goes on where this one stopped.
    """
    scribe = Scribe(journals)
    books = Books(store, keys, clock, scribe.worker, on_halt=on_halt)
    books.watch([source.origin for source in sources])
    worker = Worker(books, scribe, sources, policy, clock)
    now = asyncio.get_running_loop().time()
    worker.lanes = [
        Lane(worker, route, _pace(store, route, clock, now), now=now)
        for route in routes
        if route.connections
    ]
    pools = [Pool(worker, lane) for lane in worker.lanes]
    worker.wake = partial(_wake, pools)
    started(worker)
    try:
        await worker.begin()
        if not worker.is_drained:
            await _run(worker, pools)
        await worker.close()
    except BaseException:
        with contextlib.suppress(MailerError):
            await _close_or_abandon(worker, scribe)
        raise
    return worker.tally


def _pace(store: Store, route: Route, clock: Clock, now: float) -> Pace:
    limits: list[Limit] = []
    for rate in route.rates:
        if rate.seconds <= SHORT_SECONDS:
            limits.append(Bucket(rate.per_second, now=now))
        else:
            used = _used(store, route.name, clock, rate.seconds)
            limits.append(Window(partial(int, rate.count), rate.seconds, used=used, now=now))
    if route.warm_up:
        plan = route.warm_up
        used = _used(store, route.name, clock, DAY)
        limits.append(Window(lambda: warm_up_limit(plan, clock().date()), DAY, used=used, now=now))
    return Pace(limits)


def _used(store: Store, relay: str, clock: Clock, seconds: int) -> int:
    with store.read() as connection:
        return accepted_since(connection, relay, clock() - timedelta(seconds=seconds))


async def _close_or_abandon(worker: Worker, scribe: Scribe) -> None:
    try:
        await worker.close()
    except Exception:
        scribe.abandon()
        raise


async def _run(worker: Worker, pools: Sequence[Pool]) -> None:
    background = asyncio.create_task(worker.work())
    foreground = [asyncio.create_task(pool.run()) for pool in pools]
    drained = asyncio.create_task(worker.drained())
    everything = [background, drained, *foreground]
    try:
        done, _ = await asyncio.wait(everything, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        for pool in pools:
            pool.finish()
        await asyncio.gather(*foreground)
    except ExceptionGroup as group:
        # No except*: before Python 3.11.4 what is raised there arrives in a group once more.
        told, others = group.split(MailerError)
        if told is None or others is not None:
            raise
        raise _first(told) from None
    finally:
        worker.stop()
        for task in everything:
            task.cancel()
        await asyncio.gather(*everything, return_exceptions=True)


def _first(group: BaseExceptionGroup[MailerError]) -> MailerError:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, MailerError)
    return error


def _wake(pools: Sequence[Pool]) -> None:
    for pool in pools:
        pool.wake()
