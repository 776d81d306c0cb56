"""Waking the scheduler: at the moment it asked for, and now and then to see what people decided.

Jobs live in memory alone: what is due stands in the database, and losing them loses nothing.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger

from mailer.errors import MailerError
from mailer.running.child import Child
from mailer.scheduling import Scheduler

# What was decided at a terminal is seen after so long at most.
LOOK_AGAIN = timedelta(seconds=5)
SHORTEST = timedelta(milliseconds=100)
TICK = "tick"

log = structlog.get_logger("scheduler")


async def keep_scheduling(child: Child) -> None:
    """Do what is due when it is due, until told to stop."""
    dispatch = child.dispatch
    scheduler = Scheduler(dispatch.workspace, dispatch.store, dispatch.keys, dispatch.clock)
    waker = AsyncIOScheduler(timezone=UTC)
    ticking = asyncio.Lock()

    async def tick() -> None:
        async with ticking:
            wake_at(await _tick(scheduler))

    def wake_at(due: datetime | None) -> None:
        now = dispatch.clock()
        wait = LOOK_AGAIN if due is None else min(child.machine_time(due - now), LOOK_AGAIN)
        at = DateTrigger(datetime.now(UTC) + max(wait, SHORTEST))
        waker.add_job(
            tick,
            at,
            id=TICK,
            replace_existing=True,
            misfire_grace_time=None,  # late is not too late
            max_instances=2,  # the one that asks to be woken is not over yet
        )

    waker.start()
    try:
        await tick()
        child.ready()
        await child.stopping.wait()
        async with ticking:  # a launch that has begun is finished
            waker.remove_all_jobs()
    finally:
        waker.shutdown(wait=False)


async def _tick(scheduler: Scheduler) -> datetime | None:
    try:
        return await asyncio.to_thread(scheduler.tick)
    except MailerError as error:
        log.warning("the scheduler waits", why=error.what, mend=error.mend)
        return None
