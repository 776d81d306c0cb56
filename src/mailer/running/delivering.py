"""A worker of the service: finds what is due, whoever launched it, and sends it in shifts.

A shift is some campaigns and the notices of their lists, over one group of relays. It ends when
nothing more is due, and also when a campaign appears that is not in it: the next one has both.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from mailer.delivery import (
    RelayDownError,
    Tally,
    Worker,
    campaigns_with_due_retries,
    drained_campaigns,
    due_campaigns,
)
from mailer.errors import MailerError
from mailer.notices import next_notice_due
from mailer.running.child import Child
from mailer.running.outage import Outage
from mailer.running.sharing import Group, Share

LOOK_SECONDS = 1.0
LONGEST_PAUSE = 60.0
RECOVER_SECONDS = 15.0
# When told to stop: so long for what is on its way, then connections are hung up.
FINISHING_SECONDS = 4.0

log = structlog.get_logger("delivery")


@dataclass(slots=True)
class Shift:
    """One sending under way."""

    campaigns: frozenset[int]
    worker: Worker | None = None

    def stop(self) -> None:
        """Take nothing more; what is on its way is finished."""
        if self.worker is not None:
            self.worker.stop()


async def keep_recovering(child: Child) -> None:
    """Read back what workers that died on this machine wrote down, now and then."""
    while not child.stopping.is_set():
        try:
            found = await asyncio.to_thread(child.dispatch.recover)
            if found.workers:
                log.info("read back", dead_workers=found.workers, outcomes=found.outcomes)
        except MailerError as error:
            log.warning("cannot read back", why=error.what)
        await child.rest(RECOVER_SECONDS)


class Deliverer:
    """Sends over one group of relays, with one worker's share of them."""

    def __init__(self, child: Child, group: Group, share: Share) -> None:
        self._child, self._group, self._share = child, group, share
        self._dispatch = child.dispatch
        self._outage = Outage(child.dispatch, group)

    async def keep_delivering(self) -> None:
        """Look and send until told to stop; a relay that is down is asked ever less often."""
        pause = LOOK_SECONDS
        while not self._child.stopping.is_set():
            try:
                campaigns, is_due = await asyncio.to_thread(self._look)
                if is_due:
                    await self._send(campaigns)
                    await self._note("")
                pause = LOOK_SECONDS
            except MailerError as error:
                pause = min(pause * 2, LONGEST_PAUSE)
                log.warning("mail waits", why=error.what, mend=error.mend, next_try_in=pause)
                if isinstance(error, RelayDownError):
                    await self._note(error.what)
            await self._child.rest(pause)

    def _look(self) -> tuple[list[int], bool]:
        """The campaigns that have something due, and whether they or the outbox have."""
        store, now, lists = self._dispatch.store, self._dispatch.clock(), self._group.lists
        with store.read() as connection:
            retries = campaigns_with_due_retries(connection, lists, now)
            drained = drained_campaigns(connection, lists)
        for campaign_id in retries:
            self._dispatch.open(campaign_id)
        for campaign_id in drained:
            if self._dispatch.close(campaign_id):
                log.info("campaign finished", campaign=campaign_id)
        with store.read() as connection:
            campaigns = due_campaigns(connection, lists, now)
            notice = next_notice_due(connection, lists)
        return campaigns, bool(campaigns) or (notice is not None and notice <= now)

    async def _send(self, campaigns: Sequence[int]) -> None:
        shift = Shift(frozenset(campaigns))

        def started(worker: Worker) -> None:
            shift.worker = worker
            if self._child.stopping.is_set():
                worker.stop()

        routes = self._share.routes(self._dispatch.workspace, self._group)
        if not routes:
            return  # others have all the connections there are
        # The newest begins, then they take turns: who joins does not wait for a batch of another's.
        newest_first = sorted(campaigns, reverse=True)
        sending = asyncio.create_task(
            self._dispatch.shift(newest_first, self._group.lists, routes, started)
        )
        watching = asyncio.create_task(self._watch(shift))
        stopping = asyncio.create_task(self._stop(shift, sending))
        try:
            tally = await sending
        finally:
            watching.cancel()
            stopping.cancel()
            await asyncio.gather(watching, stopping, return_exceptions=True)
        log.info("shift ended", campaigns=sorted(campaigns), **_figures(tally))

    async def _stop(self, shift: Shift, sending: asyncio.Task[Tally]) -> None:
        """Once told to stop: what is on its way is answered, or is known to be in doubt."""
        await self._child.stopping.wait()
        shift.stop()
        await asyncio.sleep(FINISHING_SECONDS)
        sending.cancel()

    async def _watch(self, shift: Shift) -> None:
        told: Counter[tuple[str, str]] = Counter()
        try:
            while True:
                await asyncio.sleep(LOOK_SECONDS)
                told = self._report(shift, told)
                if shift.worker is not None:
                    await self._note(shift.worker.all_down)
                if await asyncio.to_thread(self._has_news, shift):
                    shift.stop()
        except MailerError as error:
            log.warning("cannot look", why=error.what)
        finally:
            self._report(shift, told)

    def _has_news(self, shift: Shift) -> bool:
        with self._dispatch.store.read() as connection:
            due = due_campaigns(connection, self._group.lists, self._dispatch.clock())
        return not shift.campaigns.issuperset(due)

    def _report(self, shift: Shift, told: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
        if shift.worker is None:
            return told
        now = _counts(shift.worker)
        self._child.report(now - told)
        return now

    async def _note(self, why: str) -> None:
        try:
            await asyncio.to_thread(self._outage.note, why)
        except MailerError as error:
            log.warning("cannot tell the editors", why=error.what)


def _counts(worker: Worker) -> Counter[tuple[str, str]]:
    tally = worker.tally
    counts = Counter(
        {
            ("deliveries", "accepted"): tally.accepted - tally.notices,
            ("deliveries", "deferred"): tally.deferred,
            ("deliveries", "failed"): tally.failed,
            ("deliveries", "in_doubt"): tally.in_doubt,
            ("notices", "accepted"): tally.notices,
        }
    )
    for lane in worker.lanes:
        counts["relay_setbacks", lane.route.name] += lane.condition.setbacks
    return counts


def _figures(tally: Tally) -> dict[str, object]:
    return {
        "accepted": tally.accepted,
        "notices": tally.notices,
        "deferred": tally.deferred,
        "failed": tally.failed,
        "skipped": tally.skipped,
        "halted": tally.halted,
    }
