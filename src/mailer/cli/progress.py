"""A campaign on its way, as a terminal sees it: count, rate, time left, and Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable, Iterator
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

from mailer.errors import MailerError
from mailer.store.tables import DeliveryState

if TYPE_CHECKING:
    from types import FrameType

    from mailer.campaigns import Sum
    from mailer.delivery import Crew, Dispatch, Tally, Worker

REFRESH_SECONDS = 0.2
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class SendingProgress:
    """Runs a sending under a progress bar; the first Ctrl-C or SIGTERM stops it cleanly."""

    def __init__(self, before: Sum) -> None:
        self.was_stopped = False
        self._waiting = before[DeliveryState.PENDING] + before[DeliveryState.DEFERRED]
        self._worker: Worker | None = None

    def run(self, dispatch: Dispatch, campaign_id: int, list_key: str) -> Tally:
        """Send what is due of the campaign, with as many processes as are configured."""
        from mailer.delivery import Crew, run

        workers = dispatch.workspace.settings.delivery.workers
        dispatch.open(campaign_id)
        try:
            if workers == 1:
                tally = run(self._alone(dispatch, campaign_id))
            else:
                tally = self._together(Crew(dispatch, campaign_id, workers, list_key))
        finally:
            is_over = dispatch.close(campaign_id)
        if is_over:
            # The editors' report; where no relay takes it now, it waits for the next sending.
            with contextlib.suppress(MailerError):
                run(dispatch.notices(list_key))
        return tally

    async def _alone(self, dispatch: Dispatch, campaign_id: int) -> Tally:
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, self._stop)
        with self._bar() as bar:
            showing = asyncio.create_task(self._keep_shown(bar)) if bar else None
            try:
                return await dispatch.campaign(campaign_id, self._started)
            finally:
                if showing:
                    showing.cancel()
                for number in SIGNALS:
                    loop.remove_signal_handler(number)

    def _together(self, crew: Crew) -> Tally:
        def stop(_number: int, _frame: FrameType | None) -> None:
            if self.was_stopped:
                raise KeyboardInterrupt
            self.was_stopped = True
            crew.stop()

        before = {number: signal.signal(number, stop) for number in SIGNALS}
        try:
            with self._bar() as bar:
                for tally in crew.watch():
                    if bar:
                        _show(bar, tally)
            return crew.tally
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

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
            TextColumn("{task.fields[news]}"),
        )
        with Progress(*columns, console=Console(stderr=True)) as progress:
            yield progress, progress.add_task("", total=self._waiting, rate="–", news="")

    async def _keep_shown(self, bar: tuple[Progress, TaskID]) -> None:
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            if self._worker is not None:
                news = self._worker.all_down
                _show(bar, self._worker.tally, f"no relay: {news}" if news else "")


def _show(bar: tuple[Progress, TaskID], tally: Tally, news: str = "") -> None:
    progress, task = bar
    done = tally.accepted + tally.deferred + tally.failed
    speed = progress.tasks[0].speed
    rate = f"{speed:.0f}" if speed else "–"
    progress.update(task, completed=done, rate=rate, news=news)


@contextlib.contextmanager
def counted(what: str, total: int) -> Iterator[Callable[[], None]]:
    """A bar for work whose parts are alike; what it gives is called after each, by any thread."""
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)
