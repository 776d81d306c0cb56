"""One sending: recover what a dead worker left, then send until nothing waits."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from mailer.clock import Clock
from mailer.delivery.batches import give_back
from mailer.delivery.jobs import Source
from mailer.delivery.journal import journalling_workers, orphans
from mailer.delivery.pace import Pace
from mailer.delivery.pool import Limits, Pool
from mailer.delivery.recording import OnDoubt, replay
from mailer.delivery.scribe import Scribe, this_host
from mailer.delivery.settling import Policy
from mailer.delivery.worker import Tally, Worker
from mailer.errors import MailerError
from mailer.smtp import RelayAddress
from mailer.store import Store
from mailer.store.tables import Batch, DeliveryState


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A relay in use."""

    name: str
    address: RelayAddress
    connections: int
    per_second: float | None


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was read back from workers that had died."""

    workers: int = 0
    outcomes: int = 0
    doubts: int = 0


def recover(
    store: Store, journals: Path, *, on_doubt: OnDoubt, relay: str, clock: Clock
) -> Recovered:
    """Read back the journals of dead workers and give back what they had taken."""
    workers = outcomes = doubts = 0
    for orphan in orphans(journals):
        with store.write() as connection:
            settled = replay(connection, orphan, on_doubt=on_doubt, relay=relay, now=clock())
        orphan.remove()
        workers += 1
        outcomes += sum(one.state is not DeliveryState.PENDING for one in settled)
        doubts += sum(one.reply.startswith("in doubt") for one in settled)
    _release_the_unjournalled(store, journals)
    return Recovered(workers, outcomes, doubts)


def _release_the_unjournalled(store: Store, journals: Path) -> None:
    """A batch of this machine whose worker has no journal was never begun."""
    with store.read() as connection:
        named = set(
            connection.scalars(select(Batch.taken_by).where(Batch.taken_by.is_not(None)).distinct())
        )
    ours = {worker for worker in named if worker and worker.startswith(f"{this_host()}-")}
    for worker in ours - journalling_workers(journals):
        with store.write() as connection:
            give_back(connection, worker)


async def send(
    store: Store,
    journals: Path,
    sources: Sequence[Source],
    route: Route,
    policy: Policy,
    clock: Clock,
    *,
    started: Callable[[Worker], None] = lambda _worker: None,
) -> Tally:
    """Send what the sources have until nothing waits or `started`'s worker is told to stop.

    Raises RelayDownError, JournalError or StoreError; nothing is lost then, and the next call
    goes on where this one stopped.
    """
    scribe = Scribe(journals)
    pace = Pace(route.per_second, now=asyncio.get_running_loop().time())
    worker = Worker(store, scribe, sources, policy, pace, clock, relay=route.name)
    started(worker)
    pool = Pool(route.address, worker, Limits(route.connections))
    try:
        await worker.begin()
        if not worker.is_drained:
            await _run(worker, pool)
        await worker.close()
    except BaseException:
        with contextlib.suppress(MailerError):
            await _close_or_abandon(worker, scribe)
        raise
    return worker.tally


async def _close_or_abandon(worker: Worker, scribe: Scribe) -> None:
    try:
        await worker.close()
    except Exception:
        scribe.abandon()
        raise


async def _run(worker: Worker, pool: Pool) -> None:
    background = asyncio.create_task(worker.work())
    foreground = asyncio.create_task(pool.run())
    try:
        done, _ = await asyncio.wait({background, foreground}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    except* MailerError as group:
        raise _first(group) from None
    finally:
        worker.stop()
        for task in (foreground, background):
            task.cancel()
        await asyncio.gather(foreground, background, return_exceptions=True)


def _first(group: BaseExceptionGroup[MailerError]) -> MailerError:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, MailerError)
    return error
