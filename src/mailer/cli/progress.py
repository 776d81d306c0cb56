"""A campaign on its way, as a terminal sees it: count, rate, time left, and Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from mailer.store.tables import DeliveryState

if TYPE_CHECKING:
    from mailer.campaigns import Sum
    from mailer.delivery import Dispatch, Tally, Worker

REFRESH_SECONDS = 0.2


class SendingProgress:
    """Runs a sending under a progress bar; the first Ctrl-C or SIGTERM stops it cleanly."""

    def __init__(self, before: Sum) -> None:
        self.was_stopped = False
        waiting = before[DeliveryState.PENDING] + before[DeliveryState.DEFERRED]
        self._waiting = waiting
        self._worker: Worker | None = None

    def run(self, dispatch: Dispatch, campaign_id: int) -> Tally:
        """Send what is due of the campaign."""
        return asyncio.run(self._run(dispatch, campaign_id))

    async def _run(self, dispatch: Dispatch, campaign_id: int) -> Tally:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop)
        with self._bar() as bar:
            showing = asyncio.create_task(self._keep_shown(bar)) if bar else None
            try:
                return await dispatch.campaign(campaign_id, self._started)
            finally:
                if showing:
                    showing.cancel()
                for number in (signal.SIGINT, signal.SIGTERM):
                    loop.remove_signal_handler(number)

    def _started(self, worker: Worker) -> None:
        self._worker = worker

    def _stop(self) -> None:
        if self._worker is None or self.was_stopped:
            raise KeyboardInterrupt
        self.was_stopped = True
        self._worker.stop()

    @contextlib.contextmanager
    def _bar(self) -> Iterator[tuple[Progress, TaskID] | None]:
        if not sys.stderr.isatty():
            yield None
            return
        columns = (
            TextColumn("sending"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]} a second"),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=Console(stderr=True)) as progress:
            yield progress, progress.add_task("", total=self._waiting, rate="–")

    async def _keep_shown(self, bar: tuple[Progress, TaskID]) -> None:
        progress, task = bar
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            if self._worker is not None:
                tally = self._worker.tally
                done = tally.accepted + tally.deferred + tally.failed
                speed = progress.tasks[0].speed
                rate = f"{speed:.0f}" if speed else "–"
                progress.update(task, completed=done, rate=rate)
